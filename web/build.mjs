// Builds dist/: everything that the pages load, and nothing else. The server embeds these files by name
// (crates/server/src/web/assets.rs), so a file added here must be added there. web/build-check adds the module.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

rmSync(here("dist"), { recursive: true, force: true });
mkdirSync(here("dist"));

const { css } = sass.compile(here("sass/main.scss"), {
  loadPaths: [here("node_modules")],
  style: "compressed",
  quietDeps: true,
});
writeFileSync(here("dist/main.css"), css);
for (const name of readdirSync(here("js"))) copyFileSync(here(`js/${name}`), here(`dist/${name}`));
copyFileSync(here("icons/icon.svg"), here("dist/icon.svg"));
copyFileSync(
  here("node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js"),
  here("dist/govuk-frontend.min.js"),
);
