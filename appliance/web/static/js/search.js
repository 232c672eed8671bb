// Search over everything: results under the field while typing, the first one preselected.
import { ask, on, parsed } from "./lib.js";

const field = () => document.getElementById("q");
const results = () => document.getElementById("q-results");
let wait = null;

function shut() {
  const box = results();
  if (!box) return;
  box.hidden = true;
  box.replaceChildren();
  field().setAttribute("aria-expanded", "false");
  field().removeAttribute("aria-activedescendant");
}

function mark(option) {
  for (const one of results().querySelectorAll("[role=option]")) one.setAttribute("aria-selected", one === option ? "true" : "false");
  if (!option) return;
  field().setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

/** Look something up; gives the options that were found. */
export async function look(text) {
  wait?.abort();
  wait = new AbortController();
  if (!text) { shut(); return []; }
  const answer = await ask(`/search?q=${encodeURIComponent(text)}`, wait.signal);
  if (answer === null || field().value.trim() !== text) return [];
  const found = parsed(answer).querySelector("#found, .found-groups, .empty");
  const box = results();
  box.replaceChildren(...(found ? [document.importNode(found, true)] : []));
  // On its page this is a list of links; under the field it is a list of options in groups.
  box.querySelector("#found")?.removeAttribute("id");
  for (const group of box.querySelectorAll(".found-group")) group.setAttribute("role", "group");
  for (const head of box.querySelectorAll(".found-head, .found-groups, .empty")) head.setAttribute("role", "presentation");
  const options = [...box.querySelectorAll(".found-one, .found-more")];
  options.forEach((one, n) => { one.id = `q-${n}`; one.setAttribute("role", "option"); one.tabIndex = -1; });
  box.hidden = !found;
  field().setAttribute("aria-expanded", String(options.length > 0));
  htmx.process(box);
  mark(options[0]);
  return options.filter((one) => one.matches(".found-one"));
}

export function open() {
  const form = document.getElementById("search");
  form?.classList.add("open");
  field()?.focus();
  field()?.select();
}

function fold() {
  shut();
  document.getElementById("search")?.classList.remove("open");
}

export function start() {
  let timer = 0;
  on("focusin", "#q", () => { for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false; });
  on("input", "#q", (event, input) => {
    clearTimeout(timer);
    timer = setTimeout(look, 150, input.value.trim());
  });
  on("keydown", "#q", (event) => {
    const options = [...(results()?.querySelectorAll("[role=option]") ?? [])];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      mark(options[(at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length]);
    } else if (event.key === "Enter" && at >= 0 && !results().hidden) {
      event.preventDefault();
      options[at].click();
    } else if (event.key === "Escape") {
      event.preventDefault();
      fold();
      field().blur();
    }
  });
  on("click", "#q-results a", () => setTimeout(fold));
  on("click", "[data-search-open]", open);
  on("click", "[data-search-close]", fold);
  document.addEventListener("click", (event) => { if (!event.target.closest?.("#search, [data-search-open], [data-scan-open]")) fold(); });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => { if (ctx.arrives) { fold(); if (field()) field().value = ""; } });
}
