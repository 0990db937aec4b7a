// A short name is suggested from the agency's name until somebody types one of their own.
const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/ß/g, "ss")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-+|-+$/g, "");

for (const slug of document.querySelectorAll<HTMLInputElement>("input[data-slug-of]")) {
  const name = document.getElementById(slug.dataset.slugOf!) as HTMLInputElement | null;
  let own = slug.value !== "";
  slug.addEventListener("input", (event) => (own ||= event.isTrusted));
  name?.addEventListener("input", () => {
    if (own) return;
    slug.value = plain(name.value);
    slug.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
