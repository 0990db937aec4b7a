// The frame's own keys and moves: shortcuts, the side bar, the drawer of small screens, dialogs.
const LETTERS = "imisofts_letter_keys";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input, select, textarea"));

// Single letters can be switched off, because who speaks to the machine or slips on a key would trigger them.
const letters = (): boolean => window.localStorage.getItem(LETTERS) !== "off";

function showLetters(): void {
  for (const row of document.querySelectorAll<HTMLElement>("[data-letters]")) row.classList.toggle("faint", !letters());
  for (const box of document.querySelectorAll<HTMLInputElement>("[data-letter-keys]")) {
    box.checked = letters();
    box.closest("label")!.hidden = false;
  }
}

export function openDialog(id: string): void {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) menu.open = false;
  dialog.showModal();
}

let going = 0;
function letter(event: KeyboardEvent): void {
  if (event.key === "/") {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("search:open"));
  } else if (event.key === "?") {
    openDialog("keys");
  } else if (event.key === "g") {
    going = event.timeStamp;
  } else if (event.timeStamp - going < 1500) {
    going = 0;
    document.querySelector<HTMLAnchorElement>(`#nav a[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    document.dispatchEvent(new CustomEvent("search:open"));
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target) && letters() && !document.querySelector("dialog[open]")) {
    letter(event);
  }
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const opener = target?.closest<HTMLElement>("[data-opens]");
  if (opener) {
    event.preventDefault();
    openDialog(opener.dataset.opens!);
  }
  if (target instanceof HTMLDialogElement && target.open) target.close(); // the shade around it
  const side = target?.closest<HTMLButtonElement>("button[data-side-to]");
  if (side) {
    event.preventDefault();
    const narrow = side.dataset.sideTo === "narrow";
    document.querySelector<HTMLElement>(".shell")!.dataset.side = narrow ? "narrow" : "";
    const secure = window.location.protocol === "https:" ? ";secure" : "";
    document.cookie = `imisofts_side=${narrow ? "narrow" : ""};path=/;samesite=lax;max-age=${narrow ? 31536000 : 0}${secure}`;
    document.querySelector<HTMLButtonElement>(`[data-side-to="${narrow ? "wide" : "narrow"}"]`)?.focus();
  }
});

document.addEventListener("change", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.matches("[data-letter-keys]")) {
    window.localStorage.setItem(LETTERS, event.target.checked ? "on" : "off");
    showLetters();
  }
});

// The drawer is a place in the address, so that it opens without scripts; with them the page behind it stands still.
function drawer(): void {
  const open = window.location.hash === "#nav" && window.matchMedia("(max-width: 860px)").matches;
  const main = document.querySelector<HTMLElement>(".main");
  if (!main) return;
  const was = main.inert;
  main.inert = open;
  if (open) document.querySelector<HTMLElement>(".nav-close")?.focus();
  else if (was) document.querySelector<HTMLElement>(".nav-open")?.focus();
}
window.addEventListener("hashchange", drawer);
drawer();
showLetters();

// An app of its own on a desk or phone, with a page for when there is no connection.
if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/worker.js").catch(() => undefined);
