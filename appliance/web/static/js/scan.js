// Scanner: a burst of keys that ends with Enter is a code, whatever has focus. It goes into the page's scan field,
// else it is looked up. Good: one short high beep. Unknown: a low one, and the code stays where everybody sees it.
import { on } from "./lib.js";
import { look, open } from "./search.js";

const FASTEST_HAND_MS = 35;
const SHORTEST = 4;
let burst = "";
let last = 0;
let before = null;
let audio = null;

export function beep(good) {
  try {
    audio ??= new AudioContext();
    const tone = audio.createOscillator();
    const loud = audio.createGain();
    tone.frequency.value = good ? 1760 : 220;
    loud.gain.value = 0.08;
    tone.connect(loud).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + (good ? 0.09 : 0.28));
  } catch { /* a tablet without sound still shows what came of it */ }
}

function scope() {
  return document.querySelector("dialog[open]") ?? document;
}

async function scanned(code) {
  const field = [...scope().querySelectorAll("input[data-scan]")].find((one) => !one.disabled && (!one.value || one === document.activeElement))
    ?? scope().querySelector("input[data-scan]:not(:disabled)");
  if (field) {
    field.value = code;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    const form = field.form;
    const others = [...(form?.elements ?? [])].filter((one) => one !== field && one.willValidate && one.type !== "submit" && one.required && !one.value);
    if (form && !others.length) {
      form.dataset.scanned = "1";
      form.requestSubmit();
    } else {
      beep(true);
      field.focus();
    }
    return;
  }
  open();
  const q = document.getElementById("q");
  if (!q) return;
  q.value = code;
  const found = await look(code);
  beep(found.length > 0);
  if (found.length === 1) found[0].click();
}

function heard(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const now = event.timeStamp;
  if (event.key === "Enter") {
    const code = burst;
    burst = "";
    if (code.length < SHORTEST || now - last > FASTEST_HAND_MS) return;
    const focus = document.activeElement;
    // In a scan field of its own form Enter already does the right thing.
    if (focus?.matches?.("input[data-scan]")) {
      if (focus.form) focus.form.dataset.scanned = "1";
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (before && before.el === focus) before.el.value = before.value;
    scanned(code);
    return;
  }
  if (event.key.length !== 1) return;
  if (now - last > FASTEST_HAND_MS) {
    burst = "";
    const el = document.activeElement;
    before = el && "value" in el && el.matches("input, textarea") ? { el, value: el.value } : null;
  }
  last = now;
  burst += event.key;
}

export function start() {
  document.addEventListener("keydown", heard, true);
  on("click", "[data-scan-open]", () => {
    const field = document.querySelector("#main input[data-scan]");
    if (field) field.focus();
    else open();
  });
  on("click", "[data-keys]", (event, button) => {
    const field = document.getElementById(button.dataset.keys);
    field.inputMode = "text";
    field.focus();
  });
  document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (form?.dataset?.scanned) {
      delete form.dataset.scanned;
      beep(ctx.response.status < 400);
    }
  });
}
