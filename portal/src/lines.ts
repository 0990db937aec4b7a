// The line editor of an invoice: lines come and go and the totals follow. The form works without it, a round trip per line.
import Alpine from "@alpinejs/csp";

const number = (text: string): number => {
  const value = Number(text.trim().replace(",", "."));
  return Number.isFinite(value) ? value : 0;
};

Alpine.data("lines", () => ({
  net: "",
  tax: "",
  total: "",

  init(this: any) {
    this.sum();
  },

  sum(this: any) {
    const root: HTMLElement = this.$root;
    const digits = Number(root.dataset.digits ?? "2");
    const show = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    let net = 0;
    let tax = 0;
    for (const row of root.querySelectorAll<HTMLElement>("[data-line]")) {
      const field = (name: string) => number(row.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? "");
      const amount = field("quantity") * field("unit_price");
      net += amount;
      tax += (amount * field("tax_rate")) / 100;
      const cell = row.querySelector("[data-amount]");
      if (cell) cell.textContent = amount ? show.format(amount) : "–";
    }
    this.net = show.format(net);
    this.tax = show.format(tax);
    this.total = show.format(net + tax);
  },

  add(this: any, event: Event) {
    event.preventDefault();
    const rows = this.$root.querySelectorAll("[data-line]");
    const last = rows[rows.length - 1] as HTMLElement;
    const copy = last.cloneNode(true) as HTMLElement;
    for (const input of copy.querySelectorAll("input")) {
      input.value = input.name === "quantity" ? "1" : input.name === "tax_rate" ? input.value : "";
      input.classList.remove("is-invalid");
      input.removeAttribute("aria-describedby");
    }
    for (const error of copy.querySelectorAll(".invalid-feedback")) error.remove();
    last.after(copy);
    copy.querySelector("input")?.focus();
    this.sum();
  },

  remove(this: any, event: Event) {
    event.preventDefault();
    const rows = this.$root.querySelectorAll("[data-line]");
    const row = (event.target as Element).closest<HTMLElement>("[data-line]");
    if (!row) return;
    if (rows.length > 1) row.remove();
    else for (const input of row.querySelectorAll("input")) input.value = "";
    this.sum();
  },
}));

Alpine.start();
