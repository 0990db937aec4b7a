// Builds the portal's assets into static/build/: hashed names, a manifest, nothing fetched from another host.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import esbuild from "esbuild";
import { Features, browserslistToTargets, transform } from "lightningcss";
import { PurgeCSS } from "purgecss";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = join(here, "static", "build");
const manifest = {};

// First views carry at most this many compressed bytes of style, script and type; the page itself takes the rest.
const BUDGET = 120 * 1024;

const ICONS = [
  "home", "users", "file-invoice", "report-analytics", "chart-histogram", "search", "sun", "moon", "device-desktop",
  "menu-2", "x", "plus", "download", "chevron-right", "chevron-left", "chevron-down", "arrow-up", "arrow-down",
  "external-link", "logout", "check", "alert-triangle", "info-circle", "circle-x", "send", "ban", "receipt-refund",
  "cash", "pencil", "archive", "clock", "file-text", "history", "mail", "player-play", "trash", "building", "lock",
  "arrow-left", "filter", "selector", "coins", "calendar-due",
  "briefcase", "checklist", "users-group", "calendar-event",
  "package", "repeat", "player-pause",
  "arrow-back-up", "bell", "columns-3", "bookmark", "checks",
  "lifebuoy", "message", "notes", "address-book", "tag", "thumb-up", "thumb-down", "key",
  "settings", "world", "palette", "credit-card", "photo", "upload",
  "help", "keyboard", "sparkles", "layout-sidebar-left-collapse", "layout-sidebar-left-expand", "corner-down-left", "user",
  "shield-lock", "devices", "device-mobile", "fingerprint",
];

function emit(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(out, file), content);
  manifest[name] = file;
  return file;
}

// One variable file a script, fetched by a browser only where a page has such a letter; every weight is in it.
const SCRIPTS = ["latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese"];

// Families that a brand may wear beside Inter; each is a sheet of its own, which only pages in that brand load.
const FAMILIES = ["Source Sans 3", "IBM Plex Sans", "Work Sans", "Manrope", "Source Serif 4", "Lora"];
const slug = (family) => family.toLowerCase().replaceAll(" ", "-");

function faces(family) {
  const name = slug(family);
  const folder = join(modules, "@fontsource-variable", name);
  const rules = readFileSync(join(folder, "wght.css"), "utf8").split("@font-face").slice(1);
  return SCRIPTS.flatMap((script) => {
    const font = `${name}-${script}-wght-normal.woff2`;
    const rule = rules.find((one) => one.includes(`/${font})`));
    if (!rule) return [];
    const [, weights] = rule.match(/font-weight: ([^;]+);/), [, range] = rule.match(/unicode-range: ([^;]+);/);
    const file = emit(`${name}-${script}.woff2`, readFileSync(join(folder, "files", font)));
    return `@font-face{font-family:"${family}";font-weight:${weights};font-display:swap;src:url("${file}") format("woff2");unicode-range:${range}}`;
  });
}

function families() {
  for (const family of FAMILIES)
    emit(`font-${slug(family)}.css`, [...faces(family), `.font-${slug(family)}{font-family:"${family}",sans-serif}`].join("\n"));
  const licence = (family) => readFileSync(join(modules, "@fontsource-variable", slug(family), "LICENSE"), "utf8");
  emit("font-licences.txt", ["Inter", ...FAMILIES].map((family) => `${family}\n\n${licence(family)}`).join("\n\n"));
}

function icons() {
  const symbols = ICONS.map((name) => {
    const svg = readFileSync(join(modules, "@tabler", "icons", "icons", "outline", `${name}.svg`), "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
    return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").trim()}</symbol>`;
  });
  emit("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

function templates(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const sources = (end) => readdirSync(join(here, "src")).filter((name) => name.endsWith(end)).sort();

// Tokens and components come first, what small screens change comes last; an area's own sheet stands between.
function sheets() {
  const first = ["tokens.css", "components.css"], last = ["pages.css"];
  return [...first, ...sources(".css").filter((name) => ![...first, ...last].includes(name)), ...last];
}

// The faces are a file of their own as well: the console, which has no style sheet of the build, shows the same font.
async function styles() {
  const inter = faces("Inter").join("\n");
  emit("fonts.css", inter);
  families();
  const [purged] = await new PurgeCSS().purge({
    content: [...templates(join(here, "templates")), ...sources(".ts").map((name) => join(here, "src", name))],
    css: [join(modules, "@tabler", "core", "dist", "css", "tabler.min.css")],
    safelist: { standard: [/^htmx-/, /^is-/, "show", "active", "disabled"], greedy: [] },
    variables: true,
    fontFace: true,
    keyframes: true,
  });
  const own = sheets().map((name) => readFileSync(join(here, "src", name), "utf8"));
  const { code } = transform({
    filename: "portal.css",
    code: Buffer.from([inter, purged.css, ...own].join("\n")),
    minify: true,
    targets: browserslistToTargets(["chrome 111", "firefox 115", "safari 16"]),
    exclude: Features.LightDark,
    errorRecovery: true,
  });
  emit("portal.css", code);
}

async function scripts() {
  for (const entry of ["portal", "lines", "passkeys"]) {
    const result = await esbuild.build({
      entryPoints: [join(here, "src", `${entry}.ts`)],
      bundle: true, minify: true, format: "esm", target: ["es2022"], write: false, legalComments: "none",
    });
    emit(`${entry}.js`, result.outputFiles[0].contents);
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
icons();
await styles();
await scripts();
writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 1));

const size = (name) => brotliCompressSync(readFileSync(join(out, manifest[name]))).length;
const first = size("portal.css") + size("portal.js") + size("icons.svg")
  + Math.max(size("inter-latin.woff2"), ...FAMILIES.map((one) => size(`${slug(one)}-latin.woff2`) + size(`font-${slug(one)}.css`)));
for (const name of Object.keys(manifest)) console.log(`${(size(name) / 1024).toFixed(1).padStart(7)} kB  ${manifest[name]}`);
if (first > BUDGET) throw new Error(`a first view would carry ${first} bytes of style, script and type, more than ${BUDGET}`);
