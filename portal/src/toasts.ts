// A sentence after an act stands over the page and goes by itself, unless it says something bad; one with an undo stays
// long enough to be found, and none goes while somebody reads or uses it.
const PLAIN = 8_000;
const WITH_UNDO = 60_000;

function watch(toast: HTMLElement): void {
  const wait = toast.classList.contains("banner-bad") ? 0 : toast.querySelector(".undo, a") ? WITH_UNDO : PLAIN;
  let timer = 0;
  const start = () => { if (wait) timer = window.setTimeout(() => toast.remove(), wait); };
  const stop = () => window.clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["pointerleave", "focusout"]) toast.addEventListener(name, () => { stop(); start(); });
  start();
}

export function show(toast: HTMLElement): void {
  document.querySelector("[data-toasts]")?.append(toast);
  watch(toast);
}

// What stands in a live region when the page comes is told by no screen reader; what comes into it later is.
const waiting = [...document.querySelectorAll<HTMLElement>("[data-toast]")];
for (const toast of waiting) {
  toast.remove();
  window.setTimeout(() => show(toast), 50);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-dismiss]") : null;
  button?.closest("[data-toast]")?.remove();
});
