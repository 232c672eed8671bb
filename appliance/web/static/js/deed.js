// Deeds: a button asks for what is missing in a dialog; when nothing is missing, the deed is done at once.
import { here, on } from "./lib.js";

const dialog = () => document.getElementById("dlg");

async function open(event, link) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (link.getAttribute("aria-busy") === "true") return;
  const url = new URL(link.href);
  if (!url.searchParams.has("next")) url.searchParams.set("next", here());
  link.setAttribute("aria-busy", "true");
  link.closest("details")?.removeAttribute("open");
  await htmx.ajax("GET", url.pathname + url.search, { source: link, target: "#dlg-in", swap: "innerHTML ignoreTitle:true", select: ".deed", push: "false" });
  link.removeAttribute("aria-busy");
  const form = dialog()?.querySelector(".deed");
  if (!form) location.assign(link.href);
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
  if (!form) return;
  if (form.hasAttribute("data-ready") && !form.dataset.sent) {
    form.dataset.sent = "1";
    form.requestSubmit();
  } else if (!box.open && !form.dataset.sent) {
    box.setAttribute("aria-label", form.querySelector(".deed-title")?.textContent ?? "");
    box.showModal();
    (form.querySelector("[aria-invalid=true]") ?? form.querySelector("[autofocus], .fields input:not([type=hidden]), .fields select, .fields textarea") ?? form.querySelector(".btn-primary, .btn-danger"))?.focus();
  } else {
    form.querySelector("[aria-invalid=true]")?.focus();
  }
}

export function start() {
  on("click", "a[data-do]", open, true);
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
