// Going from page to page: the pane is exchanged, the shell stays. The same page again is morphed, so that nothing jumps.
import { here, LINK, memory, parsed, say, said } from "./lib.js";

const MOST_PAGES = 12;
const pages = new Map();
let stood = here();
const main = () => document.getElementById("main");
const scroller = () => (matchMedia("(max-width: 719px)").matches ? document.scrollingElement : main()?.querySelector(".scroll"));

function path(href) {
  const url = new URL(href, location.href);
  return url.pathname + url.search;
}

function remember() {
  memory.set(`at ${stood}`, { top: scroller()?.scrollTop ?? 0, row: document.querySelector("tr.here")?.id ?? "" });
  pages.delete(stood);
  pages.set(stood, { html: main().innerHTML, title: document.title });
  if (pages.size > MOST_PAGES) pages.delete(pages.keys().next().value);
}

/** While the box is lost, pages that were read before can be read again. */
function again(where, push) {
  const page = pages.get(where);
  if (!page) return false;
  remember();
  if (push) history.pushState({ htmx: true }, "", where);
  stood = where;
  htmx.swap({ sourceElement: main(), text: page.html, target: main(), swap: "innerHTML", request: {}, hx: {} }).then(() => {
    document.title = page.title;
    recall();
  });
  return true;
}

const isLost = () => document.getElementById("link-state")?.dataset.state === "lost";

function recall() {
  const was = memory.get(`at ${here()}`);
  if (!was) return;
  // Whoever walked on from the row that was opened comes back to the one that was seen last.
  const walk = memory.get("walk");
  const seen = walk?.list === here() && [...main().querySelectorAll(LINK)].find((link) => link.getAttribute("href") === walk.last);
  (seen ? seen.closest("tr") : document.getElementById(was.row))?.classList.add("here");
  if (scroller()) scroller().scrollTop = was.top;
}

function beforeSwap(event) {
  const { ctx, tasks } = event.detail;
  if (!ctx.response) return;
  const { status, raw: { url: there } } = ctx.response;
  if (/^\/(sign-in|enrol)$/.test(there && new URL(there).pathname)) {
    event.preventDefault();
    location.assign(there);
    return;
  }
  // A refusal belongs into the form it was sent from; where there is none, it is said.
  if ((status === 422 || status === 409) && !parsed(ctx.text).querySelector(".deed")) {
    event.preventDefault();
    say(parsed(ctx.text).querySelector(".empty h2, .banner span, h2")?.textContent?.trim() || said("failed"), "bad");
    return;
  }
  const task = tasks.find((one) => one.target === main() || one.target === "#main");
  if (!task || task.swapSpec.style === "none") return;
  const same = status < 400 && there && path(there) === stood;
  if (same) {
    task.swapSpec.style = "innerMorph";
    task.swapSpec.show = "none";
  } else {
    remember();
  }
  ctx.arrives = !same;
}

function afterSwap(event) {
  const { ctx } = event.detail;
  if (ctx.arrives === undefined) return;
  stood = here();
  for (const open of document.querySelectorAll("details.menu[open]")) open.open = false;
  if (!ctx.arrives) return;
  const returning = memory.get("returning") === here();
  memory.set("returning", null);
  if (returning || ctx.request?.headers?.["HX-History-Restore-Request"]) recall();
  else if (scroller()) scroller().scrollTop = 0;
  if (!main().contains(document.activeElement)) main().focus({ preventScroll: true });
}

/** How much waits in a room: a figure on its picture, and a word before it for who listens. */
function count(link, waiting) {
  let dot = link.querySelector(".dot-count");
  if (!dot && waiting) {
    dot = document.createElement("span");
    dot.className = "dot-count";
    const word = document.createElement("span");
    word.className = "vh";
    word.textContent = `${said("badge")} `;
    dot.append(word, document.createElement("span"));
    link.append(dot);
  }
  if (!dot) return;
  dot.hidden = !waiting;
  dot.lastElementChild.textContent = waiting;
}

/** The toolbar stays while pages come and go: each page tells it which room this is, and what waits in the others. */
export function toolbar(told) {
  if (!told) return;
  const counts = JSON.parse(told.dataset.badges);
  for (const link of document.querySelectorAll("#rail a.rail-item")) {
    const room = new URL(link.href).pathname;
    if (room === told.dataset.room) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (room in counts) count(link, counts[room]);
  }
  told.remove();
}

/** On a phone the bar carries the title of the page and the way back from it. */
export function dress() {
  toolbar(document.getElementById("here"));
  const phone = document.getElementById("phone-title");
  if (!phone) return;
  const title = main().querySelector("h1");
  phone.textContent = ((title?.querySelector(".t") ?? title)?.textContent || document.title.split(" · ")[0]).trim();
  // A number is never cut off: a long one is written smaller.
  phone.classList.toggle("long", phone.textContent.length > 13 && /\d/.test(phone.textContent));
  document.body.classList.toggle("barred", !!main().querySelector(".actbar"));
  const back = document.getElementById("phone-back");
  const way = main().querySelector("a[data-back]");
  back.hidden = !way;
  if (way) back.href = way.href;
}

export function start() {
  document.addEventListener("htmx:before:swap", beforeSwap);
  document.addEventListener("htmx:after:swap", afterSwap);
  addEventListener("pagehide", remember);
  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") recall();
  document.addEventListener("click", (event) => {
    const row = event.target.closest?.(LINK)?.closest("tr");
    if (!row) return;
    for (const other of document.querySelectorAll("tr.here")) other.classList.remove("here");
    row.classList.add("here");
  }, true);
  document.addEventListener("click", (event) => {
    const back = event.target.closest?.("a[data-back]");
    if (!back || back.closest("dialog") || event.ctrlKey || event.metaKey) return;
    // Back is the step before, with its filters and its row, when that step was one of ours.
    if (history.state?.htmx && memory.get("steps") > 0 && path(back.href) === memory.get("from")) {
      event.preventDefault();
      event.stopImmediatePropagation();
      history.back();
    } else memory.set("returning", path(back.href));
  }, true);
  document.addEventListener("htmx:before:history:update", (event) => {
    if (event.detail.history.type !== "push") return;
    memory.set("steps", (memory.get("steps") ?? 0) + 1);
    memory.set("from", here());
  });
  document.addEventListener("htmx:before:history:restore", (event) => {
    if (isLost() && again(event.detail.path, false)) event.preventDefault();
  });
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (ctx?.request?.method === "GET" && !ctx.response && ctx.target === main()) ctx.told = again(path(ctx.request.action), true);
  });
}
