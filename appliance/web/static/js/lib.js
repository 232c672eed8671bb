// What the behaviours share: finding elements, saying things, and asking the box.

/** Run `dress` on every element of a behaviour, once per element. */
const dressed = new WeakMap();
export function each(name, dress, root = document) {
  for (const el of root.querySelectorAll(`[data-behaviour~="${name}"]`)) {
    const done = dressed.get(el) ?? new Set();
    if (done.has(name)) continue;
    dressed.set(el, done.add(name));
    dress(el);
  }
}

/** Listen on the document for an event at an element that fits. */
export function on(type, selector, handle, options) {
  document.addEventListener(type, (event) => {
    const el = event.target instanceof Element ? event.target.closest(selector) : null;
    if (el) handle(event, el);
  }, options);
}

/** The way from a row to its own page, in lists and in the tables of a paper; and the row's tick box. */
export const LINK = ".list td > a:not(.btn), a.row-link";
/** What begins a deed; in a list every way to one does. */
export const DEED = 'a[data-do], .list a[href^="/do/"]';
export const TICK = ".list td > input[type=checkbox]";

/** Where a list's column of a kind stands; the kind is said by its heading. */
export function place(table, kind) {
  return [...(table.tHead?.rows[0]?.cells ?? [])].findIndex((one) => one.classList.contains(kind));
}

/** A word in the language of this page; a script of words (said.py) laid them on the body. */
export function said(name, count) {
  const key = `say${name[0].toUpperCase()}${name.slice(1)}`;
  return (document.body.dataset[key] ?? "").replace("{count}", count ?? "");
}

/** Say something in a toast of our own. */
export function say(text, tone = "") {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  const toast = document.createElement("div");
  toast.className = tone === "bad" ? "toast toast-bad" : "toast";
  toast.dataset.behaviour = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  place.append(toast);
  document.dispatchEvent(new Event("front:dress"));
}

/** Ask the box for a piece of a page; null when it does not answer or says no. What is to be said waits for a page. */
export async function ask(href, signal, more) {
  try {
    const answer = await fetch(href, { headers: { "HX-Request": "true", "X-Look": "true", ...more }, signal });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  }
}

export function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

/** Where a person stands: what Back and drafts go by. */
export function here() {
  return location.pathname + location.search;
}

export function typing(el = document.activeElement) {
  return !!el?.matches?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
}

/** Small things remembered on this tablet until its window is closed; full storage loses only comfort. */
export const memory = {
  get(key) {
    try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
  },
  set(key, value) {
    try {
      if (value === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(value));
    } catch { /* the tablet keeps nothing more: go on without */ }
  },
};
