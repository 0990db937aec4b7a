// Rows that were chosen: how many, all of them, none. Without a script the boxes and the verbs work all the same.
const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>(".pick-box input")];

function tell(): void {
  const all = boxes();
  const chosen = all.filter((box) => box.checked).length;
  const count = document.querySelector("[data-chosen]");
  if (count) count.textContent = String(chosen);
  const head = document.querySelector<HTMLInputElement>("[data-choose-all]");
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
}

let last: HTMLInputElement | undefined;

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target instanceof Element && target.closest("[data-choose-none]")) {
    for (const box of boxes()) box.checked = false;
    tell();
  }
  if (target instanceof HTMLInputElement && target.matches(".pick-box input")) {
    const all = boxes();
    const [from, to] = [last ? all.indexOf(last) : -1, all.indexOf(target)];
    if (event.shiftKey && from >= 0) for (const box of all.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = target.checked;
    last = target;
    tell();
  }
});

document.addEventListener("change", (event) => {
  const head = event.target;
  if (head instanceof HTMLInputElement && head.matches("[data-choose-all]")) for (const box of boxes()) box.checked = head.checked;
  tell();
});

// x chooses the row that has the focus, as in a mail program.
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLTableRowElement)) return;
  const box = event.target.querySelector<HTMLInputElement>(".pick-box input");
  if (!box) return;
  event.preventDefault();
  box.checked = !box.checked;
  tell();
});

// A page that comes back from the browser's memory has its boxes still ticked; a swapped list has none.
window.addEventListener("pageshow", tell);
document.addEventListener("htmx:after:swap", tell);
