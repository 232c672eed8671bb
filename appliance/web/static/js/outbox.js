// Outbox: flags, marks and notes may wait on this tablet while the box does not answer, and go once it does.
// Money, goods and parcels never wait here: what is shown must be true.
import { name, typed } from "./guard.js";
import { ask, DEED, here, memory, on, parsed, said, say } from "./lib.js";

const KEPT = "outbox";
const MOST = 50;
const MOST_FORMS = 20;
const IDLE_MS = 1500;
const forms = new Map();
let sending = false;

function all() {
  try { return JSON.parse(localStorage.getItem(KEPT)) ?? []; } catch { return []; }
}

function keep(list) {
  try { localStorage.setItem(KEPT, JSON.stringify(list)); } catch { return false; }
  count();
  return true;
}

/** How much waits stands in the banner that says why. */
function count() {
  const el = document.getElementById("waiting-here");
  if (!el) return;
  const n = all().length;
  el.hidden = n === 0;
  el.textContent = said("waiting", n);
}

/** Whether a form or a link is about something that may wait. */
export function waits(href) {
  return (document.body.dataset.waits ?? "").split(" ").includes(new URL(href, location.href).pathname);
}

/** The form of a link, as it was fetched while the box still answered. */
export function stored(link) {
  return forms.get(link.getAttribute("href"));
}

async function fetchForms() {
  for (const link of document.querySelectorAll(`#main :is(${DEED})`)) {
    const href = link.getAttribute("href");
    if (forms.has(href) || !waits(href) || !navigator.onLine) continue;
    const text = await ask(`${href}${href.includes("?") ? "&" : "?"}next=${encodeURIComponent(here())}`);
    const form = text && parsed(text).querySelector(".deed");
    if (!form) continue;
    forms.set(href, form.outerHTML);
    if (forms.size > MOST_FORMS) forms.delete(forms.keys().next().value);
  }
}

/** Put away what could not be sent; true when it will go by itself. */
function put(form) {
  if (!waits(form.action) || form.querySelector("input[type=file]")) return false;
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  const list = all();
  const one = { url: form.action, body: body.toString(), who: document.body.dataset.who, title: form.querySelector(".deed-title")?.textContent.trim() ?? "", draft: name(form), values: typed(form) };
  return list.length < MOST && keep([...list, one]);
}

async function send(one) {
  const body = new URLSearchParams(one.body);
  body.set("token", document.body.dataset.token);
  const answer = await fetch(one.url, { method: "POST", body, headers: { "HX-Request": "true", "X-Row": "outbox" }, redirect: "manual" });
  if (answer.status === 401 || answer.status >= 500) return "later";
  if (answer.status >= 400) {
    const why = parsed(await answer.text()).querySelector(".err, .banner span, .empty h2")?.textContent.trim();
    // What the box refuses is a draft again: it stands in its form when that is opened.
    memory.set(one.draft, { at: Date.now(), values: one.values });
    say(`${one.title}: ${why || said("failed")}`, "bad");
    return "refused";
  }
  return "sent";
}

/** Send what waits, in its order, for the person who wrote it. A key in each makes sending twice do nothing. */
export async function flush() {
  if (sending) return;
  sending = true;
  let sent = 0;
  try {
    for (const one of all()) {
      if (one.who !== document.body.dataset.who) continue;
      const came = await send(one);
      if (came === "later") break;
      keep(all().filter((other) => other.body !== one.body));
      if (came === "sent") sent += 1;
    }
  } catch { /* it is gone again: what is left goes next time */ }
  sending = false;
  if (sent) say(said("sent", sent));
}

export function start() {
  let timer = 0;
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    const form = ctx?.sourceElement;
    if (!form?.matches?.("form.deed") || ctx.request?.method !== "POST") return;
    ctx.told = true;
    if (put(form)) {
      form.closest("dialog")?.close();
      form.dispatchEvent(new CustomEvent("let-go", { bubbles: true }));
      say(said("kept"));
    } else say(said(form.hasAttribute("data-ready") ? "unsent" : "typed"), "bad");
  });
  addEventListener("storage", count);
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(fetchForms, IDLE_MS);
  };
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => { if (ctx.arrives) later(); });
  later();
  count();
  // Whoever comes to the tablet later still sees that something waits.
  on("focusin", "#lost", count);
}
