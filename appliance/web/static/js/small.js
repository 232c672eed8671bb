// Small behaviours: menus that close, toasts that leave, the look of this tablet, the PIN pad, cards that say what a figure is.
import { ask, each, on, parsed } from "./lib.js";

const STAYS_MS = 8000;
const narrow = matchMedia("(max-width: 719px)");

/** What is said covers little: the newest stays, an older one only while it can still be undone or says what is wrong. */
function toast(el) {
  const older = [...el.parentElement.querySelectorAll(".toast")].filter((one) => one !== el);
  for (const one of older) if (!(one.querySelector("a") || one.matches(".toast-bad")) || older.length > 1) one.remove();
  let timer = setTimeout(() => el.remove(), STAYS_MS);
  const stay = () => clearTimeout(timer);
  const go = () => { timer = setTimeout(() => el.remove(), STAYS_MS / 2); };
  el.addEventListener("pointerenter", stay);
  el.addEventListener("focusin", stay);
  el.addEventListener("pointerleave", go);
  el.addEventListener("focusout", go);
  el.addEventListener("click", (event) => { if (event.target.closest("[data-close], a")) setTimeout(() => el.remove()); });
}

/** What a menu offers is asked for when a finger comes down on it; until it is there a way to it stands in its place. */
async function offer(el) {
  const way = el.querySelector(":scope > a.menu-list:not([aria-busy])");
  if (!way) return;
  way.setAttribute("aria-busy", "true");
  const text = await ask(way.href);
  const list = text && parsed(text).querySelector(".menu-list");
  way.removeAttribute("aria-busy");
  if (!list) return;
  way.replaceWith(list);
  htmx.process(list);
  document.dispatchEvent(new Event("front:dress"));
  place(el);
}

/** A menu near an edge opens towards the middle. */
function place(el) {
  const list = el.querySelector(".menu-list");
  list?.classList.remove("menu-end");
  if (list && list.getBoundingClientRect().right > innerWidth - 8) list.classList.add("menu-end");
}

function menu(el) {
  el.addEventListener("pointerdown", () => offer(el));
  el.addEventListener("toggle", () => {
    if (!el.open) return;
    for (const other of document.querySelectorAll("details.menu[open]")) if (other !== el && !other.contains(el)) other.open = false;
    offer(el);
    place(el);
  });
  el.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const items = [...el.querySelectorAll(".menu-list a, .menu-list button, .menu-list input")];
    const at = items.indexOf(document.activeElement);
    event.preventDefault();
    items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length]?.focus();
  });
}

/** Rooms that do not fit beside a low screen, or into a phone's bar of five, stand under More. */
function rail(more) {
  const bar = more.parentElement;
  const list = more.querySelector(".menu-list");
  const fit = () => {
    const scan = bar.querySelector(".rail-scan");
    for (const item of [...list.children]) scan.before(item);
    const rooms = [...bar.querySelectorAll(":scope > .rail-item")];
    more.hidden = !narrow.matches;
    if (narrow.matches) return list.append(...rooms.slice(3));
    if (bar.scrollHeight <= bar.clientHeight || !bar.clientHeight) return;
    more.hidden = false;
    while (bar.scrollHeight > bar.clientHeight && rooms.length > 1) list.prepend(rooms.pop());
  };
  addEventListener("resize", fit);
  fit();
}

function look(form) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const { name, value } = event.submitter;
    await fetch(form.action, { method: "POST", body: new URLSearchParams({ [name]: value }), redirect: "manual" });
    if (name === "lang") return location.reload();
    document.documentElement.dataset[name] = value;
    for (const one of form.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one.value === value));
  });
}

function pinpad(form) {
  const pad = form.querySelector(".pad");
  const pin = form.querySelector("#pin");
  pad.hidden = false;
  if (matchMedia("(pointer: coarse)").matches) pin.inputMode = "none";
  pad.addEventListener("click", (event) => {
    const value = event.target.closest(".pad-key")?.value;
    if (!value) return;
    if (value === "clear") pin.value = "";
    else if (value === "back") pin.value = pin.value.slice(0, -1);
    else if (pin.value.length < 12) pin.value += value;
  });
}

const ROLES = [["thead, tbody", "rowgroup"], ["tr", "row"], ["thead th", "columnheader"], ["tbody td", "cell"], ["tbody th", "rowheader"]];
/** On a phone a table is cards: roles keep it a table for who listens, headings say what a bare figure is. */
function cards() {
  if (!narrow.matches) return;
  for (const table of document.querySelectorAll("table.list, table.items")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
    const headings = heads.map((one) => one.textContent.trim());
    table.setAttribute("role", "table");
    for (const [selector, role] of ROLES) for (const el of table.querySelectorAll(selector)) el.setAttribute("role", role);
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.children].forEach((cell, n) => {
        const said = heads[n]?.className || cell.className;
        const bare = !said || /\bnum\b/.test(said);
        if (n > 0 && bare && headings[n] && cell.textContent.trim() && (table.matches(".list") || /^[^¥×]/.test(cell.textContent.trim())) && !cell.querySelector("a, button")) cell.dataset.of = headings[n];
      });
    }
  }
}

/** A column copied from a sheet is one search of many numbers; a field of one line would run them together. */
function inOneLine(event, field) {
  const text = event.clipboardData?.getData("text").trim() ?? "";
  if (!/[\r\n\t]/.test(text)) return;
  event.preventDefault();
  field.setRangeText(text.split(/\s+/).join(" "), field.selectionStart, field.selectionEnd, "end");
}

export function start() {
  on("paste", "#sift", inOneLine);
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) if (!open.contains(event.target)) open.open = false;
  });
  on("click", "[data-print]", () => print());
  narrow.addEventListener("change", cards);
}

export function dress(root) {
  each("toast", toast, root);
  each("menu", menu, root);
  each("rail", rail, root);
  each("look", look, root);
  each("pinpad", pinpad, root);
  cards();
}
