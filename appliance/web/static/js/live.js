// Live: one stream per page. Rows that changed morph, new ones wait behind a button, what somebody edits is left alone.
import { toolbar } from "./go.js";
import { ask, here, parsed, said } from "./lib.js";
import { flush } from "./outbox.js";

const EVERY_MS = 1500;
const RETRY_MS = 3000;
let last = 0;
let timer = 0;
let pending = false;
// What the box last said of the others; a page that lost the box and found it again says that, until it hears more.
let linked = null;

const stream = () => document.getElementById("live");
const pill = () => document.getElementById("link-state");

function state(name, count = "") {
  const el = pill();
  if (!el || (el.dataset.state === name && el.dataset.count === count)) return;
  el.dataset.count = count;
  el.dataset.state = name;
  el.querySelector(".pill-word").textContent = document.body.dataset[`link${name[0].toUpperCase()}${name.slice(1)}`]?.replace("{count}", count) ?? "";
  el.querySelector("use").setAttribute("href", `/static/icons.svg#i-${{ fresh: "cloud", busy: "refresh", off: "cloud-off", lost: "warn" }[name] ?? "cloud"}`);
  const banner = document.getElementById("lost");
  if (banner) banner.hidden = name !== "lost";
}

/** The tables that this page shows. */
function shown() {
  return [...document.querySelectorAll("[data-view]")].flatMap((one) => one.dataset.view.split(" "));
}

/** The tables that the corner follows on every page. */
function follows() {
  return document.getElementById("corner")?.dataset.follows.split(" ") ?? [];
}

/** Follow the tables that this page shows; the stream is asked for anew when they are others. */
function follow() {
  const el = stream();
  if (!el) return;
  const tables = [...new Set([...shown(), ...follows()])].sort();
  const wanted = `/events${tables.length ? `?${tables.map((one) => `t=${encodeURIComponent(one)}`).join("&")}` : ""}`;
  if (el.getAttribute("hx-sse:connect") === wanted) return;
  const anew = el.cloneNode(false);
  anew.removeAttribute("data-htmx-powered");
  anew.setAttribute("hx-sse:connect", wanted);
  // A browser opens six connections to a box: a stream that is not let go of takes one away from everything else.
  const old = el._htmx?.sse;
  el.replaceWith(anew);
  old?.reader?.cancel();
  old?.abortController?.abort();
  htmx.process(anew);
}

function edited(el) {
  return !!el && (el.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]), textarea, select, [aria-busy=true]"));
}

async function swap(target, element, style = "outerMorph") {
  await htmx.swap({ sourceElement: stream(), text: element.outerHTML, target, swap: style, request: {}, hx: {} });
}

function offer(fresh, count) {
  let button = document.getElementById("news");
  if (!button) return;
  button.hidden = count === 0;
  button.textContent = said("news", count);
  if (!button.href) button.href = fresh;
}

async function rows(page) {
  const table = document.querySelector("table.list");
  const fresh = page.querySelector("table.list");
  let all = true;
  const known = new Map([...table.querySelectorAll("tbody tr[id]")].map((row) => [row.id, row]));
  let unknown = 0;
  for (const row of fresh?.querySelectorAll("tbody tr[id]") ?? []) {
    const old = known.get(row.id);
    known.delete(row.id);
    if (!old) unknown += 1;
    // A row without cells says what it said.
    else if (row.cells.length && plain(old) !== plain(row)) edited(old) ? (all = false) : await swap(old, row);
  }
  table.dataset.shown = (all && fresh?.dataset.shown) || "";
  // A row that left this view stays where it is until the person looks again, with its new state.
  const path = table.dataset.path;
  for (const [id, old] of [...known].slice(0, 10)) {
    const text = path && (await ask(`${path}?row=${encodeURIComponent(id)}`));
    const row = text && parsed(text).getElementById(id);
    if (row && !edited(old)) await swap(old, row);
    else if (text !== null && !row) old.classList.add("gone");
  }
  offer(here(), /[?&](after|before)=/.test(location.search) ? 0 : unknown);
  toolbar(page.getElementById("here"));
  for (const part of [".views", ".list-foot"]) {
    const [now, then] = [document.querySelector(part), page.querySelector(part)];
    if (now && then && !now.contains(document.activeElement)) await swap(now, then);
  }
}

/** What a row says, without what our own scripts wrote into it. */
function plain(row) {
  return row.innerHTML.replace(/ (role|data-of|aria-busy|data-htmx-powered|aria-label)="[^"]*"/g, "").replace(/\s+/g, " ").trim();
}

async function refresh() {
  pending = false;
  last = Date.now();
  const asked = here();
  const text = await ask(asked, undefined, { "X-Shown": document.querySelector("table.list")?.dataset.shown ?? "" });
  if (text === null || asked !== here()) return;
  const page = parsed(text);
  if (document.querySelector("table.list")) return rows(page);
  const main = document.getElementById("main");
  if (edited(main) || main.querySelector("form[data-dirty]") || document.querySelector("#main dialog[open]")) return;
  const wrap = document.createElement("div");
  wrap.append(...page.body.childNodes);
  wrap.querySelector("title")?.remove();
  await htmx.swap({ sourceElement: stream(), text: wrap.innerHTML, target: main, swap: "innerMorph show:none", request: {}, hx: {} });
}

function changed() {
  if (pending || !document.querySelector("[data-view]")) return;
  pending = true;
  setTimeout(refresh, Math.max(120, EVERY_MS - (Date.now() - last)));
}

/** Tell everybody on the page which tables changed; the page itself looks again when it shows one of them. */
function tell(tables) {
  document.dispatchEvent(new CustomEvent("touched", { detail: tables }));
  const mine = shown();
  if (tables.some((table) => mine.includes(table))) changed();
}

function lost(event) {
  // A box that has too many pages open says so; it is there all the same.
  if (event?.detail?.ctx?.response?.status !== 503) state("lost");
  clearTimeout(timer);
  timer = setTimeout(look, RETRY_MS);
}

/** Look whether the box is back: a stream that broke is asked for again, one that outlived a gap in the air is believed once the box answers. */
async function look() {
  const el = stream();
  if (!el) return;
  if (!el._htmx?.sse) htmx.trigger(el, "again", {}, false);
  else if (await fetch("/static/favicon.svg", { cache: "no-store" }).catch(() => null)) found();
  else lost();
}

function found() {
  const back = pill()?.dataset.state === "lost";
  if (linked) state(...linked);
  // What happened while nobody listened is asked for; the corner is asked in any case, for its first look may have been early.
  tell(back ? [...shown(), ...follows()] : follows());
  flush();
}

export function start() {
  const at = (handle) => (event) => { if (event.target === stream()) handle(event); };
  document.addEventListener("changed", at((event) => tell(Object.keys(JSON.parse(event.detail.data)))));
  document.addEventListener("signed-out", at(() => location.assign("/sign-in")));
  document.addEventListener("link", at((event) => {
    const { state: name, count } = JSON.parse(event.detail.data);
    linked = [name, count];
    state(...linked);
  }));
  document.addEventListener("htmx:sse:after:connection", at(found));
  for (const name of ["htmx:sse:error", "htmx:error", "htmx:response:error"]) document.addEventListener(name, at(lost));
  addEventListener("offline", lost);
  addEventListener("online", look);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#link-state") && pill().dataset.state === "lost") look();
    if (event.target.closest?.("#news")) document.getElementById("news").hidden = true;
  });
}

export function dress() {
  follow();
}
