// Picker: a reference is found by typing; the words stand in the field, the id beside it.
import { ask, on, parsed } from "./lib.js";

const waits = new WeakMap();
const parts = (input) => {
  const box = input.closest(".pick");
  return { box, hidden: box.querySelector("input[type=hidden]"), list: box.querySelector("[role=listbox]") };
};

function close(input) {
  const { list } = parts(input);
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function mark(input, option) {
  const { list } = parts(input);
  for (const one of list.querySelectorAll("[role=option]")) one.setAttribute("aria-selected", one === option ? "true" : "false");
  if (!option) return input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-activedescendant", option.id);
  return option.scrollIntoView({ block: "nearest" });
}

function choose(input, option) {
  const { hidden } = parts(input);
  input.value = option.textContent.trim();
  hidden.value = option.dataset.value;
  close(input);
  hidden.dispatchEvent(new Event("change", { bubbles: true }));
  input.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: { value: hidden.value } }));
}

async function look(input) {
  const { box, list } = parts(input);
  waits.get(input)?.abort();
  const wait = new AbortController();
  waits.set(input, wait);
  const text = await ask(`${box.dataset.href}?q=${encodeURIComponent(input.value.trim())}`, wait.signal);
  if (text === null || document.activeElement !== input) return;
  list.replaceChildren(...parsed(`<ul>${text}</ul>`).querySelectorAll("li"));
  const options = [...list.querySelectorAll("[role=option]")];
  options.forEach((one, n) => { one.id = `${list.id}-${n}`; });
  list.hidden = options.length === 0;
  input.setAttribute("aria-expanded", String(options.length > 0));
  mark(input, options.find((one) => one.dataset.value));
}

export function start() {
  let timer = 0;
  on("input", ".pick [role=combobox]", (event, input) => {
    parts(input).hidden.value = "";
    clearTimeout(timer);
    timer = setTimeout(look, 150, input);
  });
  on("focusin", ".pick [role=combobox]", (event, input) => { if (!input.value) look(input); });
  on("focusout", ".pick [role=combobox]", (event, input) => setTimeout(close, 150, input));
  on("mousedown", ".pick [role=option][data-value]", (event, option) => {
    event.preventDefault();
    choose(option.closest(".pick").querySelector("[role=combobox]"), option);
  });
  on("keydown", ".pick [role=combobox]", (event, input) => {
    const { list } = parts(input);
    const options = [...list.querySelectorAll("[role=option][data-value]")];
    const at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) look(input);
      else mark(input, options[(at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length]);
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      choose(input, options[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close(input);
    } else if (event.key === "Tab" && !list.hidden && at >= 0 && input.value) {
      choose(input, options[at]);
    }
  });
}
