// What every page gets: htmx for lists that answer while one types, and the few keys and clicks that HTML has no word for.
import htmx from "htmx.org/dist/htmx.esm.js";
import "./frame";
import "./palette";
import "./signup";
import "./choose";
import "./live";
import "./toasts";
import "./waiting";

declare global {
  interface Window { htmx: typeof htmx }
}

window.htmx = htmx;

// Tabs may be wider than a phone: the one that is open is the one to see.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const inControl = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("a, button, input, select, textarea, label, summary") !== null;

function openRow(target: EventTarget | null): boolean {
  const row = target instanceof Element ? target.closest<HTMLElement>("tr[data-href]") : null;
  if (!row?.dataset.href) return false;
  window.location.assign(row.dataset.href);
  return true;
}

document.addEventListener("click", (event) => {
  if (!inControl(event.target) && !window.getSelection()?.toString()) openRow(event.target);
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!menu.contains(event.target as Node)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
    if (window.location.hash === "#nav") window.location.hash = "";
    return;
  }
  if (event.target instanceof HTMLTableRowElement && event.key === "Enter") {
    openRow(event.target);
  } else if (event.target instanceof HTMLTableRowElement && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const next = event.key === "ArrowDown" ? event.target.nextElementSibling : event.target.previousElementSibling;
    if (next instanceof HTMLElement) {
      event.preventDefault();
      next.focus();
    }
  }
});

// Twice is once too often for a payment; the next page brings a fresh form.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  for (const button of form.querySelectorAll<HTMLButtonElement>("button[data-once]")) {
    window.setTimeout(() => { button.disabled = true; }, 0);
  }
});

window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-once]")) button.disabled = false;
});

for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-instant]")) {
  const instant = new Date(time.dateTime);
  if (!Number.isNaN(instant.getTime())) time.title = instant.toLocaleString(document.documentElement.lang, { dateStyle: "full", timeStyle: "long" });
}

// A secret that is shown once is copied by one press.
document.addEventListener("click", (event) => {
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>("button[data-copy]");
  const field = button && document.getElementById(button.dataset.copy ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  field.select();
  void navigator.clipboard?.writeText(field.value).then(() => { button!.textContent = button!.dataset.copied ?? ""; });
});
