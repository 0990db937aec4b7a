// The command palette: a combobox over what /search answers. Without scripts the same field leads to that page.
import { openDialog } from "./frame";

const WAIT = 120;
const dialog = document.querySelector<HTMLDialogElement>("#palette");
const field = document.querySelector<HTMLInputElement>("#palette-q");
const list = document.querySelector<HTMLElement>("#palette-list");
const note = document.querySelector<HTMLElement>("#palette-note");

let asking: AbortController | undefined;
let timer = 0;
let answered: string | undefined;

const options = (): HTMLAnchorElement[] => [...list!.querySelectorAll<HTMLAnchorElement>("[role=option]")];
const chosen = (): HTMLAnchorElement | null => list!.querySelector<HTMLAnchorElement>('[aria-selected="true"]');

function choose(option: HTMLAnchorElement | undefined): void {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field!.setAttribute("aria-activedescendant", option.id);
  else field!.removeAttribute("aria-activedescendant");
}

function show(html: string): void {
  const found = document.createElement("template");
  found.innerHTML = html;
  const told = found.content.querySelector("[data-note]");
  told?.remove();
  list!.replaceChildren(found.content);
  list!.hidden = options().length === 0;
  note!.textContent = told?.textContent ?? "";
  note!.classList.toggle("visually-hidden", !list!.hidden);
  choose(options()[0]);
}

async function ask(q: string): Promise<void> {
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(`/search?${new URLSearchParams({ as: "options", q })}`, { signal: asking.signal });
    if (answer.redirected) return window.location.assign("/");
    if (!answer.ok) throw new Error(String(answer.status));
    show(await answer.text());
    answered = q;
  } catch (error) {
    if ((error as Error).name === "AbortError") return;
    show("");
    note!.textContent = dialog!.dataset.failed ?? "";
  }
}

function open(q = ""): void {
  field!.value = q;
  openDialog("palette");
  field!.select();
  if (q) field!.setSelectionRange(q.length, q.length);
  if (answered !== q || list!.hidden) void ask(q);
  else choose(options()[0]);
}

function go(option: HTMLAnchorElement | null | undefined, elsewhere: boolean): void {
  const href = option?.getAttribute("href");
  if (!href) return;
  dialog!.close();
  if (href.startsWith("#")) document.querySelector<HTMLElement>(href)?.click();
  else if (elsewhere) window.open(href, "_blank", "noopener");
  else window.location.assign(href);
}

function keys(event: KeyboardEvent): void {
  const all = options();
  const at = all.indexOf(chosen()!);
  const next: Record<string, number> = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, PageDown: Math.min(at + 8, all.length - 1), PageUp: Math.max(at - 8, 0) };
  if (event.key in next && all.length) {
    event.preventDefault();
    choose(all[next[event.key]]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    // What was typed last counts: Enter before its answer waits for it.
    if (answered === field!.value.trim()) go(chosen(), event.ctrlKey || event.metaKey);
    else void flush().then(() => go(chosen(), false));
  }
}

async function flush(): Promise<void> {
  window.clearTimeout(timer);
  await ask(field!.value.trim());
}

if (dialog && field && list && note) {
  document.addEventListener("search:open", () => open());
  field.addEventListener("keydown", keys);
  field.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(field.value.trim()), WAIT);
  });
  list.addEventListener("click", (event) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("[role=option]") : null;
    if (!option) return;
    event.preventDefault();
    go(option, event.ctrlKey || event.metaKey);
  });
  const plain = document.querySelector<HTMLInputElement>("#search");
  plain?.addEventListener("click", () => open(plain.value));
  plain?.addEventListener("input", () => {
    const typed = plain.value;
    plain.value = "";
    open(typed);
  });
}
