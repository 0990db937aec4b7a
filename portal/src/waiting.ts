// A piece of a page that is fetched says that it waits, and where it cannot be had, that it could not, with a way to try
// again. What stood there stays: an error's page never takes its place, and who is signed out is asked to sign in.
import htmx from "htmx.org/dist/htmx.esm.js";

interface Context {
  target: Element | string | null;
  select?: string;
  swap: string;
  request: { action: string; method?: string };
  response?: { raw: Response };
}

const PATIENCE = 150;
const timers = new WeakMap<Element, number>();

const contextOf = (event: Event): Context | undefined => (event as CustomEvent<{ ctx?: Context }>).detail?.ctx;

function placeOf(ctx: Context): Element | null {
  const found = typeof ctx.target === "string" ? document.querySelector(ctx.target) : ctx.target;
  return found === document.body ? document.getElementById("content") : found;
}

function rest(place: Element): void {
  window.clearTimeout(timers.get(place));
  place.removeAttribute("aria-busy");
}

function failed(ctx: Context): void {
  const place = placeOf(ctx);
  const words = document.querySelector<HTMLTemplateElement>("#fragment-failed")?.content.firstElementChild;
  if (!place || !words) return;
  const { action } = ctx.request;
  const again = { target: ctx.target === document.body ? "body" : place, select: ctx.select, swap: ctx.swap };
  const note = words.cloneNode(true) as HTMLElement;
  note.querySelector("button")?.addEventListener("click", () => {
    note.remove();
    void htmx.ajax("GET", action, again);
  });
  place.querySelector(":scope > [data-fragment-failed]")?.remove();
  place.prepend(note);
  rest(place);
}

document.addEventListener("htmx:before:request", (event) => {
  const place = contextOf(event) && placeOf(contextOf(event)!);
  if (place) timers.set(place, window.setTimeout(() => place.setAttribute("aria-busy", "true"), PATIENCE));
});

document.addEventListener("htmx:after:request", (event) => {
  const raw = contextOf(event)?.response?.raw;
  if (!raw?.redirected || new URL(raw.url).pathname !== "/sign-in") return;
  event.preventDefault();
  window.location.reload();
});

document.addEventListener("htmx:response:error", (event) => {
  const ctx = contextOf(event);
  if (!ctx) return;
  failed(ctx);
  ctx.swap = "none";
});

document.addEventListener("htmx:error", (event) => {
  const ctx = contextOf(event);
  if (ctx) failed(ctx);
});

document.addEventListener("htmx:finally:request", (event) => {
  const place = contextOf(event) && placeOf(contextOf(event)!);
  if (place) rest(place);
});
