// Guard: what was typed into a form is kept on this tablet until the deed is done or the person lets go of it.
import { each, memory, on, said } from "./lib.js";

const OWN = new Set(["token", "key", "version", "next", "ids", "go"]);
const KEPT_MS = 3_600_000;

/** Under what name a form's draft is kept: what it does, and to which record. */
export function name(form) {
  const about = [...form.querySelectorAll("input[type=hidden]")].find((one) => !OWN.has(one.name) && !one.closest(".pick, .rows"));
  return `draft ${new URL(form.action).pathname} ${about?.value ?? ""}`;
}

export function typed(form) {
  const values = [];
  for (const el of form.elements) {
    if (!el.name || OWN.has(el.name) || /^(password|file|submit)$/.test(el.type) || el.tagName === "BUTTON") continue;
    values.push([el.name, el.type === "checkbox" ? el.checked : el.value]);
  }
  return values;
}

function restore(form) {
  const draft = memory.get(name(form));
  if (!draft || Date.now() - draft.at > KEPT_MS || form.querySelector("[aria-invalid=true], .banner-bad")) return;
  const rows = form.querySelectorAll(".rows-one").length;
  const wanted = new Set(draft.values.map(([key]) => key.match(/^(\w+\.\d+)\./)?.[1]).filter(Boolean)).size;
  for (let n = rows; n < wanted && n < 200; n += 1) form.querySelector("[name=_add]")?.click();
  const left = [...draft.values];
  let differs = false;
  for (const el of form.elements) {
    const index = left.findIndex(([key]) => key === el.name);
    if (index < 0 || OWN.has(el.name)) continue;
    const [[, value]] = left.splice(index, 1);
    const now = el.type === "checkbox" ? el.checked : el.value;
    if (now === value) continue;
    differs = true;
    if (el.type === "checkbox") el.checked = value;
    else el.value = value;
  }
  if (!differs) return;
  form.dataset.dirty = "1";
  const note = document.createElement("p");
  note.className = "banner banner-info";
  const words = document.createElement("span");
  words.textContent = said("draft");
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "btn btn-quiet btn-sm end";
  drop.textContent = said("discard");
  drop.addEventListener("click", () => {
    memory.set(name(form), null);
    form.reset();
    delete form.dataset.dirty;
    note.remove();
  });
  note.append(words, drop);
  form.prepend(note);
}

const sent = new WeakMap();

/** What the box answered stands in the form, except where somebody went on typing meanwhile. */
function answered(form) {
  const then = new Map(sent.get(form) ?? []);
  for (const el of form.elements) {
    if (!then.has(el.name) || /^(hidden|file)$/.test(el.type)) continue;
    if (el.type === "checkbox") {
      if (el.checked === then.get(el.name)) el.checked = el.defaultChecked;
    } else if (el.value === then.get(el.name)) {
      if (el.matches("select")) el.value = ([...el.options].find((one) => one.defaultSelected) ?? el.options[0])?.value ?? "";
      else el.value = el.defaultValue;
    }
  }
}

export function start() {
  let timer = 0;
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement?.matches?.("form.deed")) sent.set(ctx.sourceElement, typed(ctx.sourceElement));
  });
  document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (form?.matches?.("form.deed") && form.isConnected && ctx.request?.method === "POST") answered(form);
  });
  const keep = (event, form) => {
    if (event.target.type === "hidden" || OWN.has(event.target.name)) return;
    form.dataset.dirty = "1";
    clearTimeout(timer);
    timer = setTimeout(() => form.isConnected && memory.set(name(form), { at: Date.now(), values: typed(form) }), 250);
  };
  on("input", "form.deed", keep);
  on("change", "form.deed", keep);
  document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
    const form = ctx.sourceElement;
    if (form?.matches?.("form.deed") && ctx.response?.status < 400 && ctx.request.method === "POST") {
      clearTimeout(timer);
      memory.set(name(form), null);
    }
  });
  // What waits in the outbox is no draft any more.
  document.addEventListener("let-go", (event) => {
    clearTimeout(timer);
    memory.set(name(event.target), null);
  });
  // Who says "not now" lets go of what was typed.
  on("click", "form.deed [data-close]", (event, button) => {
    clearTimeout(timer);
    memory.set(name(button.closest("form")), null);
  }, true);
}

export function dress(root) {
  each("guard", restore, root);
}
