// The bell and open lists hear what happens. Only the page that is looked at listens: browsers have few connections to
// one host, and a page in the background would use one up.
import htmx from "htmx.org/dist/htmx.esm.js";
import { show } from "./toasts";

const KEPT = "imisofts-unread";
const bell = document.querySelector<HTMLElement>("[data-bell]");
let source: EventSource | undefined;
let changes = 0;

function count(unread: number): void {
  const badge = bell?.querySelector<HTMLElement>("[data-unread]");
  if (!badge) return;
  badge.hidden = unread === 0;
  badge.textContent = unread > 99 ? "99+" : String(unread);
  sessionStorage.setItem(KEPT, String(unread));
}

async function told(id: string): Promise<void> {
  const answer = await fetch(`/notifications/${id}/sentence`);
  if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) return;
  const piece = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector<HTMLElement>("[data-toast]");
  if (piece) show(document.adoptNode(piece));
}

function changed(kind: string): void {
  const news = document.querySelector<HTMLButtonElement>(`[data-live="${CSS.escape(kind)}"]`);
  if (!news) return;
  changes += 1;
  news.hidden = false;
  const words = changes === 1 ? news.dataset.one : news.dataset.many;
  news.textContent = (words ?? "").replace("%(num)s", String(changes));
}

function listen(): void {
  if (!bell || source || document.visibilityState !== "visible") return;
  source = new EventSource("/events");
  source.addEventListener("unread", (event) => {
    count(JSON.parse(event.data).unread);
    if (bell) bell.dataset.heard = "";
  });
  source.addEventListener("notification", (event) => {
    const said = JSON.parse(event.data);
    count(said.unread);
    void told(said.id);
  });
  source.addEventListener("changed", (event) => changed(JSON.parse(event.data).kind));
  source.addEventListener("ended", () => rest());
}

function rest(): void {
  source?.close();
  source = undefined;
}

document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? listen() : rest()));
window.addEventListener("pagehide", rest);
window.addEventListener("pageshow", listen);

document.addEventListener("click", (event) => {
  const news = event.target instanceof Element ? event.target.closest("[data-live]") : null;
  if (!news) return;
  changes = 0;
  htmx.ajax("GET", window.location.href, { target: "#list", select: "#list", swap: "outerHTML" });
});

if (bell) count(Number(sessionStorage.getItem(KEPT) ?? "0"));
