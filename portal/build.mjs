// Builds the portal's assets into static/build/: hashed names, a manifest, nothing fetched from another host.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, deflateSync } from "node:zlib";
import esbuild from "esbuild";
import { Features, browserslistToTargets, transform } from "lightningcss";
import { PurgeCSS } from "purgecss";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const out = join(here, "static", "build");
const manifest = {};

// First views carry at most this many compressed bytes of style and script; the page itself takes the rest of 150 kB.
const BUDGET = 120 * 1024;

const ICONS = [
  "home", "users", "file-invoice", "report-analytics", "chart-histogram", "search", "sun", "moon", "device-desktop",
  "menu-2", "x", "plus", "download", "chevron-right", "chevron-left", "chevron-down", "arrow-up", "arrow-down",
  "external-link", "logout", "check", "alert-triangle", "info-circle", "circle-x", "send", "ban", "receipt-refund",
  "cash", "pencil", "archive", "clock", "file-text", "history", "mail", "player-play", "trash", "building", "lock",
  "arrow-left", "filter", "selector", "coins", "calendar-due",
];

function emit(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`;
  writeFileSync(join(out, file), content);
  manifest[name] = file;
  return file;
}

// WOFF 1.0: each table of the TTF, deflated. The font package has no woff2 and Node has no encoder for it.
function woff(ttf) {
  const count = ttf.readUInt16BE(4);
  const pad = (n) => (n + 3) & ~3;
  const tables = [];
  for (let i = 0; i < count; i += 1) {
    const at = 12 + i * 16;
    const [offset, length] = [ttf.readUInt32BE(at + 8), ttf.readUInt32BE(at + 12)];
    const raw = ttf.subarray(offset, offset + length);
    const packed = deflateSync(raw, { level: 9 });
    tables.push({ entry: ttf.subarray(at, at + 8), length, data: packed.length < length ? packed : raw });
  }
  const head = Buffer.alloc(44 + count * 20);
  let at = head.length;
  let sfnt = 12 + count * 16;
  tables.forEach((table, i) => {
    const place = 44 + i * 20;
    table.entry.copy(head, place, 0, 4); // tag
    head.writeUInt32BE(at, place + 4);
    head.writeUInt32BE(table.data.length, place + 8);
    head.writeUInt32BE(table.length, place + 12);
    table.entry.copy(head, place + 16, 4, 8); // checksum
    at += pad(table.data.length);
    sfnt += pad(table.length);
  });
  head.write("wOFF", 0, "latin1");
  ttf.copy(head, 4, 0, 4); // flavour
  head.writeUInt32BE(at, 8);
  head.writeUInt16BE(count, 12);
  head.writeUInt32BE(sfnt, 16);
  head.writeUInt16BE(1, 20);
  return Buffer.concat([head, ...tables.map(({ data }) => Buffer.concat([data, Buffer.alloc(pad(data.length) - data.length)]))]);
}

function fonts() {
  const faces = [["400Regular", 400], ["500Medium", 500], ["600SemiBold", 600]];
  return faces.map(([name, weight]) => {
    const ttf = readFileSync(join(modules, "@expo-google-fonts", "inter", name, `Inter_${name}.ttf`));
    const file = emit(`inter-${weight}.woff`, woff(ttf));
    return `@font-face{font-family:Inter;font-weight:${weight};font-display:swap;src:url("${file}") format("woff")}`;
  }).join("\n");
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

async function styles() {
  const [purged] = await new PurgeCSS().purge({
    content: [...templates(join(here, "templates")), join(here, "src", "portal.ts")],
    css: [join(modules, "@tabler", "core", "dist", "css", "tabler.min.css")],
    safelist: { standard: [/^htmx-/, /^is-/, "show", "active", "disabled"], greedy: [] },
    variables: true,
    fontFace: true,
    keyframes: true,
  });
  const own = ["tokens.css", "components.css", "pages.css"].map((name) => readFileSync(join(here, "src", name), "utf8"));
  const { code } = transform({
    filename: "portal.css",
    code: Buffer.from([fonts(), purged.css, ...own].join("\n")),
    minify: true,
    targets: browserslistToTargets(["chrome 111", "firefox 115", "safari 16"]),
    exclude: Features.LightDark,
    errorRecovery: true,
  });
  emit("portal.css", code);
}

async function scripts() {
  for (const entry of ["portal", "lines"]) {
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
const first = size("portal.css") + size("portal.js") + size("icons.svg");
for (const name of Object.keys(manifest)) console.log(`${(size(name) / 1024).toFixed(1).padStart(7)} kB  ${manifest[name]}`);
if (first > BUDGET) throw new Error(`a first view would carry ${first} bytes of style and script, more than ${BUDGET}`);
