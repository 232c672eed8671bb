// Busy: what was pressed turns busy at once, and a second tap while it is does nothing.
import { say, said } from "./lib.js";

const pressed = new WeakMap();

function control(ctx) {
  const source = ctx.sourceElement;
  if (source?.matches?.("form")) {
    const pressed = ctx.request.submitter;
    return pressed && !pressed.hasAttribute("data-default") ? pressed : source.querySelector(".btn-primary, .btn-danger, button.btn:not([type=button])");
  }
  return source?.matches?.("a.btn, a.ib, button") ? source : null;
}

export function start() {
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const el = control(ctx);
    if (!el || el.getAttribute("aria-busy") === "true") return;
    el.setAttribute("aria-busy", "true");
    pressed.set(ctx, el);
  });
  document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
    pressed.get(ctx)?.removeAttribute("aria-busy");
  });
  // Forms that go by the browser itself: sign-in, sign-out, downloads.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const button = event.submitter;
    if (button?.getAttribute("aria-busy") === "true") event.preventDefault();
    button?.setAttribute("aria-busy", "true");
    setTimeout(() => button?.removeAttribute("aria-busy"), 8000);
  });
  addEventListener("pageshow", () => {
    for (const el of document.querySelectorAll("[aria-busy=true]")) el.removeAttribute("aria-busy");
  });
  document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (ctx.response.status >= 500 && ctx.sourceElement?.id !== "live") {
      say(`${said("failed")} ${ctx.response.headers.get("x-request-id") ?? ""}`, "bad");
    }
  });
  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail.ctx && !detail.ctx.told && detail.ctx.sourceElement?.id !== "live") say(said("unsent"), "bad");
  });
}
