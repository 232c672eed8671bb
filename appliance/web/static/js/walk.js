// Walking: a page that was opened from a list knows the one before and after it there, and the way back to the same row.
import { ask, here, LINK, memory, parsed, said } from "./lib.js";

const main = () => document.getElementById("main");
const paths = (root) => [...root.querySelectorAll(`table.list :is(${LINK})`)].map((link) => link.getAttribute("href"));

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `/static/icons.svg#i-${name}`);
  svg.append(use);
  return svg;
}

function step(rel, href) {
  const link = document.createElement(href ? "a" : "span");
  link.className = "ib";
  if (href) link.href = href;
  else (link.role = "link"), link.setAttribute("aria-disabled", "true");
  link.rel = rel;
  link.dataset.walk = rel;
  link.setAttribute("aria-label", said(rel));
  link.title = rel === "next" ? "j" : "k";
  link.append(icon(rel === "next" ? "down" : "up"));
  return link;
}

/** At the end of what the list showed, its next page is asked for. */
async function further(walk) {
  const text = walk.more && (await ask(walk.more));
  if (!text) return;
  const page = parsed(text);
  const more = page.querySelector(".list-foot a[rel=next]")?.getAttribute("href") ?? "";
  memory.set("walk", { ...walk, rows: [...walk.rows, ...paths(page).filter((one) => !walk.rows.includes(one))], more });
  dress();
}

export function start() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(LINK);
    const list = link?.closest("table.list[data-path]");
    if (!list) return;
    const more = document.querySelector(".list-foot a[rel=next]")?.getAttribute("href") ?? "";
    memory.set("walk", { list: here(), rows: paths(document), more });
  }, true);
}

export function dress() {
  const head = main()?.querySelector(".ord-head");
  const back = head?.querySelector("a[data-back]");
  const walk = memory.get("walk");
  const at = walk?.rows.indexOf(location.pathname) ?? -1;
  if (!back || at < 0 || !walk.list.startsWith(back.getAttribute("href").split("?")[0])) return;
  memory.set("walk", { ...walk, last: location.pathname });
  back.href = walk.list;
  head.querySelector(".walk")?.remove();
  const place = document.createElement("span");
  place.className = "walk";
  const word = document.createElement("span");
  word.className = "wide-only";
  word.textContent = `${at + 1} / ${walk.rows.length}${walk.more ? "+" : ""}`;
  place.append(word, step("prev", walk.rows[at - 1]), step("next", walk.rows[at + 1]));
  (head.querySelector(".end") ?? head).prepend(place);
  htmx.process(place);
  if (at === walk.rows.length - 1 && walk.more) further(walk);
}
