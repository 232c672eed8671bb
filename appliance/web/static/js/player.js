// Player: one recording at a time, from any place on. Nothing is fetched before somebody presses play.
import { each, say, said } from "./lib.js";

let sounding = null;

const clock = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

function player(el) {
  const sound = el.querySelector("audio");
  const button = el.querySelector(".play");
  const seek = el.querySelector(".seek");
  const bars = [...el.querySelectorAll("rect")];
  const length = Number(el.dataset.length);
  let aim = null;

  function show(ms) {
    const share = length ? ms / length : 0;
    bars.forEach((bar, n) => bar.classList.toggle("p", n < share * bars.length));
    el.querySelector("[data-at]").textContent = `${clock(ms)} / ${clock(length)}`;
    seek.setAttribute("aria-valuetext", clock(ms));
  }
  function state() {
    el.toggleAttribute("data-on", !sound.paused);
    button.setAttribute("aria-label", sound.paused ? button.dataset.paused : button.dataset.playing);
  }
  button.addEventListener("click", async () => {
    if (!sound.paused) return sound.pause();
    if (sounding && sounding !== sound) sounding.pause();
    sounding = sound;
    try {
      await sound.play();
    } catch {
      say(said("failed"), "bad");
    }
  });
  seek.addEventListener("input", () => {
    show(Number(seek.value));
    if (sound.readyState) sound.currentTime = Number(seek.value) / 1000;
    else aim = Number(seek.value) / 1000;
  });
  sound.addEventListener("loadedmetadata", () => { if (aim !== null) sound.currentTime = aim; aim = null; });
  sound.addEventListener("timeupdate", () => {
    const ms = sound.currentTime * 1000;
    seek.value = String(ms);
    show(ms);
  });
  for (const name of ["play", "pause", "ended"]) sound.addEventListener(name, state);
}

export function dress(root) {
  each("player", player, root);
}
