// The checks in the browser, by keyboard: a statement, the same again against what is remembered, a log that was rewritten,
// shortened or signed by another key, a browser that remembers nothing, and documents that are and are not the ones whose
// digests are published.
//
//   BASE_URL=http://127.0.0.1:8080 DATA=demo-data node checks.mjs
//
// DATA is the folder of the register that is served: what a dishonest log would sign is signed with its key.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { checkpoint, leafHash, logKey, otherKey, root } from "../support/log.mjs";
import { launch } from "./launch.mjs";

const { BASE_URL: base, DATA: data } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const problems = [];
let steps = 0;

function expect(what, found, wanted) {
  steps += 1;
  const holds = wanted instanceof RegExp ? wanted.test(found) : found === wanted;
  if (!holds) problems.push(`${what}: expected ${wanted}, found: ${found}`);
}

const browser = await launch();

// A visitor of one's own, whose every fault is noted.
async function visitor(address, options = {}) {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && problems.push(`${address}: console: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`${address}: script: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) problems.push(`asked another host: ${request.url()}`);
    if (request.method() !== "GET") problems.push(`something was sent: ${request.method()} ${request.url()}`);
  });
  await page.goto(base + address);
  return page;
}

async function pressed(page, button, kind) {
  await page.evaluate(() => document.querySelector("[data-rc-result]").replaceChildren());
  await page.focus(button);
  await page.keyboard.press("Enter");
  const result = page.locator("[data-rc-result] .rc-result");
  await result.waitFor();
  steps += 1;
  const found = await result.getAttribute("class");
  const words = await result.innerText();
  if (!found.includes(`rc-result--${kind}`)) problems.push(`${page.url()}: expected ${kind}, found: ${words}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => window.axe.run({ runOnly: { type: "tag", values: tags } }), rules);
  for (const violation of violations) {
    problems.push(`${page.url()}: ${violation.id}: ${violation.help}: ${violation.nodes[0].html.slice(0, 140)}`);
  }
  const picture = process.env.SCREENSHOTS;
  if (picture) await page.screenshot({ path: `${picture}/check-${steps}-${kind}.png`, fullPage: true });
  return words;
}

const memory = (page) => page.evaluate(() => JSON.parse(localStorage.getItem("rollcall-log")));
const remember = (page, held) => page.evaluate((held) => localStorage.setItem("rollcall-log", held), JSON.stringify(held));

const key = logKey(data);
const text = async (path) => (await fetch(base + path)).text();
const now = await text("/checkpoint");
const size = Number(now.split("\n")[1]);
const leaves = [];
for (let index = 0; index < size; index += 1) leaves.push(leafHash(await text(`/statement/${index}.json`)));

// Where no compiler for the module could be had, there is no check to try; documents need none.
const offered = (await text("/verify")).includes("data-rc-log-check");
if (offered) await checks();
else console.log("checks in the browser: NOT tried, this site was built without the module (tests/install wasm)");
await documents();
await browser.close();

async function checks() {
  // A first visit, and a second to another statement.
  let page = await visitor("/statement/3");
  expect("before", await page.innerText("[data-rc-memory]"), /remembers nothing/);
  expect("first visit", await pressed(page, "[data-rc-run]", "holds"), /Statement 3 is in the log.*cannot be said yet/s);
  const held = await memory(page);
  expect("what is kept", held.checkpoint, now);
  await page.goto(`${base}/statement/4`);
  expect("second visit", await pressed(page, "[data-rc-run]", "holds"), /the very log that this browser remembers.*Compared with/s);

  // The log has grown since.
  const checked = "2026-01-02T03:04:05.000Z";
  const earlier = { key: key.vkey, checkpoint: checkpoint(key, 300, root(leaves.slice(0, 300))), checked };
  await remember(page, earlier);
  await page.goto(`${base}/verify`);
  expect("what is remembered", await page.innerText("[data-rc-memory]"), /300 statements, checked on 2 January 2026/);
  expect("grown", await pressed(page, "[data-rc-run]", "holds"), /the 300 statements that it held .*2 January 2026/s);
  expect("the newest is kept", (await memory(page)).checkpoint, now);

  // Alarms, which leave alone what is remembered.
  const forged = root(leaves.slice(0, 300).with(7, leafHash("what stood there before")));
  const alarms = {
    "rewritten": [{ ...earlier, checkpoint: checkpoint(key, 300, forged) }, /has been rewritten: its first 300 statements/],
    "shortened": [{ ...earlier, checkpoint: checkpoint(key, size + 5, forged) }, /has become shorter/],
    "another key": [{ ...earlier, key: otherKey(key.origin) }, /another key than the one that this browser remembers/],
    "memory changed": [{ ...earlier, checkpoint: earlier.checkpoint.replace("\n300\n", "\n299\n") }, /Something has changed it/],
  };
  for (const [name, [remembered, words]] of Object.entries(alarms)) {
    for (const address of ["/statement/5", "/verify"]) {
      await page.goto(base + address);
      await remember(page, remembered);
      await page.reload();
      expect(name, await pressed(page, "[data-rc-run]", "alarm"), words);
      expect(`${name}: kept`, JSON.stringify(await memory(page)), JSON.stringify(remembered));
    }
  }
  await page.focus("[data-rc-forget]");
  await page.keyboard.press("Enter");
  expect("forgotten", await memory(page), null);
  expect("forgotten", await page.innerText("[data-rc-memory]"), /remembers nothing/);
  expect("focus after forgetting", await page.evaluate(() => document.activeElement.hasAttribute("data-rc-run")), true);

  // A statement that is not the one in the log, and one that is not the one shown.
  page = await visitor("/statement/6");
  await page.route("**/statement/6.json", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace('"v":1', '"v":2') });
  });
  expect("another leaf", await pressed(page, "[data-rc-run]", "alarm"), /not in the log that was signed/);
  page = await visitor("/statement/6");
  await page.evaluate(() => (document.querySelector("#as-logged").textContent = "{}"));
  expect("another page", await pressed(page, "[data-rc-run]", "alarm"), /not the one that this page shows/);

  // A site that cannot be reached, and a browser that keeps nothing.
  page = await visitor("/statement/6");
  await page.route("**/vkey", (route) => route.fulfill({ status: 200, body: "no key" }));
  expect("no key", await pressed(page, "[data-rc-run]", "unclear"), /cannot be read/);
  page = await visitor("/verify");
  await page.evaluate(() => Object.defineProperty(window, "localStorage", { get: () => { throw new Error("forbidden"); } }));
  expect("no storage", await pressed(page, "[data-rc-run]", "holds"), /does not let this page keep anything/);

  // Without JavaScript nothing of it is shown, and the command line is.
  page = await visitor("/verify", { javaScriptEnabled: false });
  expect("noscript", await page.locator("[data-rc-log-check]").isVisible(), false);
  expect("noscript", await page.locator("text=rollcall verify").isVisible(), true);
}

async function documents() {
  let page = await visitor("/");
  // Documents: the manifests of the demonstration are sentences that name them.
  const shares = [];
  for (const query of ["sort=-releases", "channel=panel", ""]) {
    await page.goto(`${base}/find?${query}`);
    shares.push(...(await page.$$eval(".rc-results__title", (links) => links.map((link) => link.getAttribute("href")))));
  }
  let manifest;
  for (const address of new Set(shares)) {
    await page.goto(base + address);
    const row = page.locator("tr[data-salted='false'][data-name^='Manifest of release']").first();
    const salted = await page.locator("tr[data-salted='true']").count();
    if (!salted || !(await row.count())) continue;
    const release = /Manifest of release (.*), statement/.exec(await row.getAttribute("data-name"))[1];
    const reference = decodeURIComponent(address.split("/").pop());
    manifest = { address, content: `manifest of release ${release} of share ${reference}` };
    break;
  }
  expect("a share with a manifest and salted documents", typeof manifest, "object");
  const bare = await visitor(manifest.address, { javaScriptEnabled: false });
  expect("noscript form", await bare.locator("[data-rc-documents]").isVisible(), false);
  page = await visitor(manifest.address);
  const choose = (content) => page.setInputFiles("#document-file", { name: "document.txt", mimeType: "text/plain", buffer: Buffer.from(content) });
  const submit = "[data-rc-documents] button";
  expect("no document", await pressed(page, submit, "unclear"), /Choose the document/);
  await choose(manifest.content);
  expect("the right document", await pressed(page, submit, "holds"), /the same document, to the letter: Manifest of release/);
  await choose(`${manifest.content} `);
  expect("one letter more", await pressed(page, submit, "alarm"), /none of the documents without a salt/);
  // A salted document, put into the page since nobody holds those of the demonstration.
  const salt = Buffer.alloc(32, 0xfb);
  await page.evaluate(async (salt) => {
    const salted = new Blob([new Uint8Array(salt), "the minutes"]);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await salted.arrayBuffer()));
    const row = document.querySelector("tr[data-salted='true']");
    row.dataset.rcDigest = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }, [...salt]);
  await choose("the minutes");
  for (const written of [salt.toString("base64url"), salt.toString("hex"), ` ${salt.toString("base64url")}= `]) {
    await page.fill("#document-salt", written);
    expect("salted", await pressed(page, submit, "holds"), /the same document/);
  }
  await page.fill("#document-salt", "not a salt");
  expect("no salt", await pressed(page, submit, "unclear"), /not a salt/);
}

if (problems.length) {
  console.error(problems.join("\n"));
  console.error(`${problems.length} problems in ${steps} steps`);
  process.exit(1);
}
console.log(`checks in the browser: ${steps} steps without a problem`);
