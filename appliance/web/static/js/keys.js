// Keys: everything by keyboard. / search · j k move · x tick · Enter open · Esc back · Ctrl K search · ? this list.
import { LINK, TICK, typing } from "./lib.js";
import { open } from "./search.js";

const rows = () => [...document.querySelectorAll(".list tbody tr[id]")];
const current = () => document.querySelector(".list tr.here");

function move(step) {
  const all = rows();
  if (!all.length) return undefined;
  const at = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  current()?.classList.remove("here");
  next.classList.add("here");
  next.scrollIntoView({ block: "nearest" });
  next.querySelector(LINK)?.focus({ preventScroll: true });
  return next;
}

const DEEDS = {
  "/": open,
  j: () => move(1) ?? document.querySelector("a[data-walk=next]")?.click(),
  k: () => move(-1) ?? document.querySelector("a[data-walk=prev]")?.click(),
  x: () => current()?.querySelector(TICK)?.click(),
  "?": () => document.getElementById("keys")?.click(),
};

/** What a page has a key of its own for: a queue's own way on, approve, hold. */
function named(key) {
  const found = /^[a-z]$/.test(key) && document.querySelector(`#main [data-key="${key}"]`);
  return found ? () => found.click() : undefined;
}

export function start() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      open();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") {
      const menu = document.querySelector("details.menu[open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (typing()) document.activeElement.blur();
      else document.querySelector("#main a[data-back]")?.click();
      return;
    }
    if (typing()) return;
    if (event.key === "Enter" && document.activeElement === document.body) {
      current()?.querySelector(LINK)?.click();
      return;
    }
    const deed = named(event.key) ?? DEEDS[event.key];
    if (deed) {
      event.preventDefault();
      deed();
    }
  });
}
