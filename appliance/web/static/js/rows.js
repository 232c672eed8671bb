// Rows of a form: add and remove them without asking the box; without script the same buttons do.
import { on } from "./lib.js";

function number(row) {
  return Number(row.querySelector("[name]")?.name.match(/\.(\d+)\./)?.[1] ?? 0);
}

function fresh(row, set) {
  const copy = row.cloneNode(true);
  const was = number(row);
  const next = Math.max(...[...set.querySelectorAll(".rows-one")].map(number)) + 1;
  const name = set.dataset.name;
  for (const el of [copy, ...copy.querySelectorAll("*")]) {
    for (const attr of ["id", "for", "name", "value", "aria-describedby", "aria-controls", "data-keys"]) {
      const value = el.getAttribute(attr);
      if (!value) continue;
      el.setAttribute(attr, value.replace(`${name}.${was}`, `${name}.${next}`).replace(`f-${name}-${was}-`, `f-${name}-${next}-`));
    }
    if (el.matches("input:not([type=checkbox]), textarea")) {
      el.value = "";
      el.removeAttribute("value");
    }
    if (el.matches("[type=checkbox]")) el.checked = false;
    if (el.matches("select")) el.selectedIndex = 0;
    if (el.hasAttribute("aria-invalid")) el.removeAttribute("aria-invalid");
  }
  copy.id = `${set.id}-r${next}`;
  for (const err of copy.querySelectorAll(".err")) err.remove();
  for (const list of copy.querySelectorAll(".pick-list")) list.replaceChildren();
  return copy;
}

function renumber(set) {
  const legend = set.querySelector("legend").textContent;
  set.querySelectorAll(".rows-one").forEach((row, n) => row.setAttribute("aria-label", `${legend} ${n + 1}`));
}

export function start() {
  on("click", "button[name=_add]", (event, button) => {
    const set = button.closest(".rows");
    const last = [...(set?.querySelectorAll(".rows-one") ?? [])].pop();
    if (!last) return;
    event.preventDefault();
    const row = fresh(last, set);
    last.after(row);
    renumber(set);
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    set.dispatchEvent(new Event("change", { bubbles: true }));
  });
  on("click", "button[name=_drop]", (event, button) => {
    const set = button.closest(".rows");
    const row = button.closest(".rows-one");
    if (!row) return;
    event.preventDefault();
    if (set.querySelectorAll(".rows-one").length === 1) row.before(fresh(row, set));
    const near = row.nextElementSibling?.matches(".rows-one") ? row.nextElementSibling : row.previousElementSibling;
    row.remove();
    renumber(set);
    near?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    set.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
