// The corner: who calls, and what to be reminded of. It comes up by itself, takes no focus and covers no top row.
import { ask, memory, on, parsed } from "./lib.js";

const box = () => document.getElementById("corner");
let ahead = 0;
let asking = false;
let again = false;

/** What this tablet made of each card: open, shut (its top line only), small (a pill) or gone. */
const known = () => memory.get("corner") ?? {};
const keep = (is) => memory.set("corner", is);

/**
 * A newcomer opens, unless somebody may be talking before an open card: then its top line must do. What is over shrinks
 * to its top line everywhere but where it was talked on, for there a note is written.
 */
function dressed(cards) {
  const was = known();
  const is = {};
  for (const card of cards) {
    const before = document.getElementById(card.id);
    const over = before && "going" in before.dataset && !("going" in card.dataset);
    if (over && was[card.dataset.pop] === "open" && card.dataset.whose !== box().dataset.me) was[card.dataset.pop] = "shut";
  }
  let taken = cards.some((card) => was[card.dataset.pop] === "open" && "going" in card.dataset);
  for (const card of cards) {
    const id = card.dataset.pop;
    const mine = "going" in card.dataset || card.classList.contains("pop-task") || card.dataset.whose === box().dataset.me;
    is[id] = was[id] ?? (taken || !mine ? "shut" : "open");
    taken ||= is[id] === "open";
    card.dataset.is = is[id];
  }
  keep(is);
}

async function look() {
  const place = box();
  if (!place) return;
  if (asking) { again = true; return; }
  asking = true;
  const text = await ask(place.dataset.href);
  if (text !== null) await show(place, parsed(text));
  asking = false;
  if (again) { again = false; look(); }
}

async function show(place, page) {
  const cards = [...page.querySelectorAll("[data-pop]")];
  const now = page.querySelector("[data-now]")?.dataset.now;
  if (now) ahead = Number(now) - Date.now();
  dressed(cards);
  for (const card of cards) for (const time of card.querySelectorAll("[data-since]")) time.textContent = since(time);
  const text = cards.map((card) => card.outerHTML).join("");
  if (!text && !place.firstElementChild) return;
  await htmx.swap({ sourceElement: place, text, target: place, swap: "innerMorph show:none", request: {}, hx: {} });
  mark();
}

function since(time) {
  const s = Math.max(0, Math.floor((Date.now() + ahead - Number(time.dataset.since)) / 1000));
  return `${String(Math.floor(s / 60)).padStart(2, "0")}:${String(s % 60).padStart(2, "0")}`;
}

/** The caller's rows stand out in whatever list is open, and what lies under a card can be scrolled out from under it. */
function mark() {
  document.body.toggleAttribute("data-cornered", Boolean(box()?.querySelector("[data-pop]:not([data-is=gone])")));
  for (const row of document.querySelectorAll("tr.calling")) row.classList.remove("calling");
  for (const card of box()?.querySelectorAll("[data-going]:not([data-is=gone])") ?? []) {
    for (const id of card.dataset.marks.split(" ")) if (id) document.getElementById(id)?.closest("tr")?.classList.add("calling");
  }
}

function turn(event, button) {
  const card = button.closest("[data-pop]");
  const to = button.dataset.popTo;
  put(card, to === "open" && card.dataset.is === "open" ? "shut" : to);
}

function put(card, to) {
  const is = known();
  if (to === "open") for (const id of Object.keys(is)) if (is[id] === "open") is[id] = "shut";
  is[card.dataset.pop] = to;
  keep(is);
  for (const one of box().querySelectorAll("[data-pop]")) one.dataset.is = is[one.dataset.pop] ?? "open";
  mark();
}

export function start() {
  on("click", "[data-pop-to]", turn);
  // Who follows a card to a page wants to see the page.
  on("click", "#corner a[href]:not([data-do])", (event, link) => put(link.closest("[data-pop]"), "small"));
  document.addEventListener("touched", (event) => {
    const follows = box()?.dataset.follows.split(" ") ?? [];
    if (event.detail.some((table) => follows.includes(table))) look();
  });
  setInterval(() => {
    for (const time of box()?.querySelectorAll("[data-going] [data-since]") ?? []) time.textContent = since(time);
  }, 1000);
  look();
}

export function dress() {
  mark();
}
