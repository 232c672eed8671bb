// Deeds: a button asks for what is missing in a dialog; when nothing is missing, the deed is done at once.
import { DEED, here, on, said, say, TICK } from "./lib.js";
import { stored } from "./outbox.js";

const dialog = () => document.getElementById("dlg");

async function open(event, link) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (link.getAttribute("aria-busy") === "true") return;
  const url = new URL(link.href);
  // What is decided by what a row shows takes the row's version along.
  const shown = url.searchParams.get("version") === "" && link.closest("tr").querySelector(TICK)?.getAttribute("value");
  if (shown) url.searchParams.set("version", BigInt(`0x${shown}`));
  if (!url.searchParams.has("next")) url.searchParams.set("next", here());
  link.setAttribute("aria-busy", "true");
  link.closest("details")?.removeAttribute("open");
  let answered = false;
  const hear = ({ detail: { ctx } }) => { if (ctx?.sourceElement === link) answered = true; };
  document.addEventListener("htmx:before:response", hear);
  await htmx.ajax("GET", url.pathname + url.search, { source: link, target: "#dlg-in", swap: "innerHTML ignoreTitle:true", select: ".deed", push: "false" });
  document.removeEventListener("htmx:before:response", hear);
  link.removeAttribute("aria-busy");
  if (!answered) unanswered(link);
  else if (!dialog()?.querySelector(".deed")) location.assign(link.href);
}

/** The box is lost: what may wait is asked all the same, of everything else is said that it cannot. */
function unanswered(link) {
  const form = stored(link);
  if (!form) {
    say(said("lost"), "bad");
    return;
  }
  const place = document.getElementById("dlg-in");
  place.innerHTML = form;
  htmx.process(place);
  show(dialog(), place.querySelector(".deed"));
}

function show(box, form) {
  box.setAttribute("aria-label", form.querySelector(".deed-title")?.textContent ?? "");
  box.showModal();
  // Where to begin: what is wrong, else the first field that is empty or typed; a choice made already is passed over.
  const fields = [...form.querySelectorAll(".field input:not([type=hidden], [type=checkbox]), .field select, .field textarea")];
  (form.querySelector("[aria-invalid=true], [autofocus]") ?? fields.find((one) => !one.value || one.matches("input:not([role=combobox]), textarea")) ?? fields[0] ?? form.querySelector(".btn-primary, .btn-danger"))?.focus();
}

function afterSwap(event) {
  const box = dialog();
  if (!box) return;
  const { ctx } = event.detail;
  // The deed was done and led on: the page behind is new, the question is answered.
  if (ctx.arrives !== undefined && ctx.sourceElement !== box && !ctx.target?.closest?.("#dlg")) {
    if (box.open) box.close();
    document.getElementById("dlg-in").replaceChildren();
    return;
  }
  const form = box.querySelector(".deed");
  if (!form) {
    // A form that is a page of its own comes back with what is unclear: that is where to go on typing.
    if (ctx.sourceElement?.matches?.("#main form.deed")) ctx.sourceElement.querySelector("[aria-invalid=true]")?.focus();
    return;
  }
  if (form.hasAttribute("data-ready") && !form.dataset.sent) {
    form.dataset.sent = "1";
    form.requestSubmit();
  } else if (!box.open && !form.dataset.sent) {
    show(box, form);
  } else {
    form.querySelector("[aria-invalid=true]")?.focus();
  }
}

export function start() {
  on("click", DEED, open, true);
  // A link whose form could not be fetched says so itself.
  document.addEventListener("htmx:error", ({ detail: { ctx } }) => { if (ctx?.sourceElement?.matches?.(DEED)) ctx.told = true; });
  on("click", "[data-opens]", (event, button) => document.getElementById(button.dataset.opens)?.showModal());
  on("click", "[data-close]", (event, button) => {
    const box = button.closest("dialog");
    if (!box) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    box.close();
  }, true);
  // A tap beside a dialog closes it, unless something was typed in it.
  on("mousedown", "dialog", (event, box) => {
    if (event.target === box && !box.querySelector("form[data-dirty]")) box.close();
  });
  document.addEventListener("close", (event) => {
    if (event.target === dialog()) document.getElementById("dlg-in").replaceChildren();
  }, true);
  document.addEventListener("htmx:after:swap", afterSwap);
}
