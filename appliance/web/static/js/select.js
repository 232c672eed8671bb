// Choosing rows: the choice survives paging, says how many and how much, and is let go of once the deed is done.
import { ask, each, LINK, memory, on, parsed, place, said, TICK } from "./lib.js";

const MOST = 1000;
const bar = () => document.querySelector('form.bulk[data-behaviour~="bulk"]');
const list = () => document.querySelector("table.list[data-path]");
const key = () => `chosen ${list()?.dataset.path ?? location.pathname}`;
const chosen = () => new Map(memory.get(key()) ?? []);
// A row is remembered as it was when it was chosen: with its sum, and the version by which later changes are noticed.
const id = (box) => box.closest("tr").id;
const told = (box) => [fen(box.closest("tr")), box.getAttribute("value")];

function fen(row) {
  const figures = row.cells[place(row.closest("table"), "c-money")]?.firstChild?.textContent.replace(/[^\d.-]/g, "");
  return figures ? Math.round(Number(figures) * 100) : 0;
}

function yuan(sum) {
  return `¥${(sum / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

function show() {
  const form = bar();
  if (!form) return;
  const picked = chosen();
  const boxes = [...(list()?.querySelectorAll(TICK) ?? [])];
  for (const box of boxes) {
    box.checked = picked.has(id(box));
    box.closest("tr").classList.toggle("sel", box.checked);
  }
  const all = list()?.querySelector("thead [data-all]");
  const here = boxes.filter((box) => box.checked).length;
  if (all) {
    all.checked = here > 0 && here === boxes.length;
    all.indeterminate = here > 0 && here < boxes.length;
  }
  list()?.classList.toggle("picking", picked.size > 0);
  if (form.dataset.href) return picked.size ? bring(form) : undefined;
  form.hidden = picked.size === 0;
  const filters = document.querySelector(".filters");
  // On a wide screen the bar lies where the filters were; on a phone it stands below and nothing must move.
  if (filters) filters.hidden = picked.size > 0 && matchMedia("(min-width: 720px)").matches;
  form.elements.ids.value = [...picked].map(([row, [, version]]) => (version ? `${row}~${version}` : row)).join(",");
  const sum = [...picked.values()].reduce((total, [one]) => total + one, 0);
  const word = document.createElement("b");
  word.textContent = form.dataset.count.replace("{count}", picked.size).replace("%d", picked.size);
  form.querySelector(".sum").replaceChildren(word, sum ? ` · ${yuan(sum)}` : "");
  everything(form, boxes.length > 0 && here === boxes.length);
}

/** What can be done with chosen rows is asked for when there are some. */
async function bring(form) {
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const text = await ask(form.dataset.href);
  const whole = text && parsed(text).querySelector("form.bulk");
  form.removeAttribute("aria-busy");
  if (!whole || !form.isConnected) return;
  whole.hidden = true;
  form.replaceWith(whole);
  htmx.process(whole);
  show();
}

/** "Choose all that fit" is a step of its own, offered once the whole page is chosen and there is more. */
function everything(form, whole) {
  const next = document.querySelector(".list-foot a[rel=next], .list-foot a[rel=prev]");
  let button = form.querySelector("[data-everything]");
  if (!button && whole && next) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-link";
    button.dataset.everything = "";
    button.textContent = said("everything");
    form.querySelector(".end").prepend(button);
  }
  if (button) button.hidden = !(whole && next);
}

function set(boxes, ticked) {
  const picked = chosen();
  for (const box of boxes) {
    if (ticked && picked.size < MOST) picked.set(id(box), told(box));
    else picked.delete(id(box));
  }
  memory.set(key(), picked.size ? [...picked] : null);
  show();
}

function clear() {
  memory.set(key(), null);
  show();
}

async function gather(button) {
  button.setAttribute("aria-busy", "true");
  const picked = chosen();
  for (const rel of ["next", "prev"]) {
    let link = document.querySelector(`.list-foot a[rel=${rel}]`)?.getAttribute("href");
    while (link && picked.size < MOST) {
      const text = await ask(link);
      const page = text && parsed(text);
      for (const box of page?.querySelectorAll?.(TICK) ?? []) {
        if (picked.size < MOST && !picked.has(id(box))) picked.set(id(box), told(box));
      }
      link = page?.querySelector?.(`.list-foot a[rel=${rel}]`)?.getAttribute("href");
    }
  }
  button.removeAttribute("aria-busy");
  memory.set(key(), [...picked]);
  show();
}

export function start() {
  let lastBox = null;
  on("click", TICK, (event, box) => {
    const boxes = [...list().querySelectorAll(TICK)];
    const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((a, b) => a - b);
    set(event.shiftKey && from >= 0 ? boxes.slice(from, to + 1) : [box], box.checked);
    lastBox = box;
  });
  on("change", ".list thead [data-all]", (event, box) => set(list().querySelectorAll(TICK), box.checked));
  on("click", ".bulk [data-clear]", clear);
  on("click", ".bulk [data-everything]", (event, button) => gather(button));
  // A long press on a card is how a phone begins to choose.
  on("contextmenu", ".list tbody tr", (event, row) => {
    const box = row.querySelector(TICK);
    if (!box || !matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    set([box], !box.checked);
  });
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    const done = ctx.response?.status < 400 && ctx.request.method === "POST" && form?.matches?.("form") && form.elements.ids?.value;
    // The question that some actions ask first is no deed yet.
    if (done && (form.elements.go || !parsed(ctx.text).querySelector("form.deed input[name=ids]"))) memory.set(key(), null);
  });
}

export function dress(root) {
  each("bulk", () => {}, root);
  // A tick box is called by its row's link.
  for (const box of document.querySelectorAll(TICK)) box.setAttribute("aria-label", `${said("choose")} ${box.closest("tr").querySelector(LINK)?.textContent}`);
  show();
}
