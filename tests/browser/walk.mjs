// Walks every public page at the width of a phone and of a desk, with and without JavaScript, and fails on any
// accessibility violation (axe-core), console error, sideways scrolling, or request to another host.
//
//   BASE_URL=http://127.0.0.1:8080 SCREENSHOTS=screenshots npm test
//
// BASE_URL is a running site, best of the demonstration register. Screenshots are written only where SCREENSHOTS is
// given; look at them.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { launch } from "./launch.mjs";

const base = process.env.BASE_URL;
if (!base) {
  console.error("BASE_URL must be the address of a running site, such as http://127.0.0.1:8080");
  process.exit(2);
}
const pictures = process.env.SCREENSHOTS;
if (pictures) mkdirSync(pictures, { recursive: true });

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const widths = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };
// WCAG 2.2 reflow: 400 % zoom at 1280 pixels leaves 320.
const narrow = { width: 320, height: 640 };
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const problems = [];
// Said at once too, so that a walk that is stopped has told what it found.
const blame = (where, what) => {
  problems.push(`${where}: ${what}`);
  console.error(problems.at(-1));
};

const browser = await launch();

// The addresses of pages that depend on what is in the register are taken from the site's own links.
async function addresses() {
  const page = await browser.newPage();
  const links = async (address, selector) => {
    await page.goto(base + address);
    return page.$$eval(selector, (anchors) => anchors.map((anchor) => anchor.getAttribute("href")));
  };
  const shares = async (query) => links(`/find?${query}`, ".rc-results__title");
  const first = async (query) => (await shares(query))[0];
  const list = {
    home: "/",
    find: "/find",
    "find-words": "/find?q=school+absence",
    "find-misspelt": "/find?q=univresity",
    "find-filters": "/find?status=live&status=refused&sort=recipient",
    "find-overdue": "/find?overdue=yes",
    "find-second-page": "/find?page=2",
    "find-nothing": "/find?q=zzzzzz+qqqqqq",
    "find-only-signs": `/find?q=${encodeURIComponent("'\" -- NEAR( * ) :")}`,
    "find-beyond": "/find?page=9999",
    "bad-filter": "/find?status=nonsense",
    "bad-page": "/find?page=minus-one",
    "not-found": "/share/there-is-no-such-share",
    verify: "/verify",
    about: "/about",
    decisions: "/decisions",
    "decisions-refused": "/decisions?outcome=refused",
    "decisions-second-page": "/decisions?page=2",
    "decisions-nothing": "/decisions?outcome=refused&year=1999",
    "other-access": "/other-access",
    changes: "/changes",
    "changes-all": "/changes?from=2000",
    "changes-kind": "/changes?from=2000&kind=share-decided",
    "changes-nothing": "/changes?from=1999&to=1999",
    corrections: "/corrections",
    glossary: "/glossary",
    method: "/method",
    accessibility: "/accessibility",
    cookies: "/cookies",
    privacy: "/privacy",
    contact: "/contact",
    "bad-day": "/changes?from=yesterday",
    figures: "/figures",
    data: "/data",
    api: "/api",
    datasets: "/datasets",
    dataset: "/dataset/school-census",
    "dataset-filtered": "/dataset/school-census?q=pupil&class=dfe-sensitivity:E",
    "dataset-nothing": "/dataset/school-census?q=zzzzzz",
    "dataset-beyond": "/dataset/school-census?page=99",
    "dataset-undescribed": (await links("/datasets", ".rc-results tr:has-text('No dictionary describes it') .rc-results__title"))[0],
    item: (await links("/dataset/school-census", ".rc-item__name"))[0],
    "item-twice": "/dataset/key-stage-4/k4-pupil-number",
    "bad-class": "/dataset/school-census?class=nonsense",
    "as-of": "/as-of/2017/",
    "as-of-find": "/as-of/2017/find",
    "as-of-share": undefined,
    "as-of-decisions": "/as-of/2017/decisions",
    "bad-as-of": "/as-of/1990/",
    "statement-first": "/statement/0",
    "share-most-releases": await first("sort=-releases"),
    "share-newest": await first(""),
    "share-overdue": await first("overdue=yes"),
    "share-refused": await first("status=refused"),
    "share-destroyed": await first("status=destroyed"),
    "share-suspended": await first("status=suspended"),
    "share-police": await first("channel=police"),
    "share-imported": await first("channel=imported"),
    recipient: (await links("/find?sort=-releases", ".rc-results a[href^='/recipient/']"))[0],
    "recipient-most": (await links("/", "a[href^='/recipient/']"))[0],
  };
  // The parts that few shares have: corrections, what is withheld, what was erased.
  const wanted = { volume: "#volume", cohorts: "#cohorts", items: "#items .rc-note", corrected: "#corrections", withheld: "text=Withheld.", erased: "text=Erased.", folded: "#texts details" };
  const all = [...new Set([...(await shares("")), ...(await shares("page=2")), ...(await shares("page=3"))])];
  for (const address of all) {
    if (Object.keys(wanted).length === 0) break;
    await page.goto(base + address);
    for (const [name, selector] of Object.entries(wanted)) {
      if (await page.locator(selector).count()) {
        list[`share-${name}`] = address;
        if (name === "corrected") {
          list["statement-correction"] = await page.locator("#corrections a[href^='/statement/']").first().getAttribute("href");
        }
        delete wanted[name];
      }
    }
  }
  // A share of which something was corrected after then.
  const then = await links(list["as-of-find"], ".rc-results__title");
  for (const address of [...then, ...(await links("/as-of/2017/find?page=2", ".rc-results__title"))]) {
    await page.goto(base + address);
    if (!(await page.locator("#since").count())) continue;
    list["as-of-share"] = address;
    break;
  }
  await page.close();
  for (const [name, address] of Object.entries(list)) {
    if (address) continue;
    console.log(`no page in this register for: ${name}`);
    delete list[name];
  }
  for (const name of Object.keys(wanted)) console.log(`no page in this register for: share-${name}`);
  return list;
}

// A tab that goes from page to page, since each new one starts a process. `at` is where it is.
async function tab(context) {
  const page = await context.newPage();
  const at = { where: "", expected: 200 };
  page.on("console", (message) => {
    // The browser notes the status of the page itself as an error.
    const own = message.text().includes(`status of ${at.expected}`);
    if (message.type() === "error" && !own) blame(at.where, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => blame(at.where, `script: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) blame(at.where, `asked another host: ${request.url()}`);
  });
  return { page, at };
}

async function look({ page, at }, viewport, scripts, where, address, name) {
  const expected = name === "not-found" ? 404 : name.startsWith("bad-") ? 400 : 200;
  Object.assign(at, { where, expected });
  await page.setViewportSize(viewport);
  const response = await page.goto(base + address, { waitUntil: "load" });
  if (response.status() !== expected) blame(where, `status ${response.status()} instead of ${expected}`);
  if (pictures) await page.screenshot({ path: join(pictures, `${where.replaceAll(" ", "-")}.png`), fullPage: true });
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  const clipped = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("body *")]
        .filter((element) => !element.closest(".rc-scroll, .rc-pre, .govuk-visually-hidden, details:not([open]), svg"))
        .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .filter((element) => getComputedStyle(element).position !== "absolute")
        .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
        .slice(0, 3),
    );
  const check = async (how) => {
    if ((await wide()) > 0) blame(`${where}${how}`, "scrolls sideways");
    const beyond = await clipped();
    if (beyond.length) blame(`${where}${how}`, `sticks out: ${beyond.join(", ")}`);
  };
  await check("");
  // Whatever a visitor can unfold is part of the page.
  await page.$$eval("details", (folds) => folds.forEach((fold) => (fold.open = true)));
  await check(" unfolded");
  if (scripts) await check_rules(page, where);
  await page.setViewportSize(narrow);
  await check(" at 320 pixels");
}

async function check_rules(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate((tags) => window.axe.run({ runOnly: { type: "tag", values: tags } }), rules);
  for (const violation of found.violations) {
    const nodes = violation.nodes.slice(0, 2).map((node) => node.html.slice(0, 140));
    blame(where, `${violation.id}: ${violation.help}: ${nodes.join(" | ")}`);
  }
}

// axe-core needs JavaScript itself. So that it sees what a visitor without it sees, it gets the page with the page's own
// scripts taken out.
async function tab_without_scripts(context) {
  const page = await context.newPage();
  await page.route(`${base}/**`, async (route) => {
    if (route.request().resourceType() !== "document") return route.continue();
    const response = await route.fetch();
    const body = (await response.text()).replaceAll(/<script[^>]*>.*?<\/script>/gs, "");
    return route.fulfill({ response, body });
  });
  return page;
}

async function check_rules_without_scripts(page, where, address) {
  await page.goto(base + address, { waitUntil: "load" });
  await page.$$eval("details", (folds) => folds.forEach((fold) => (fold.open = true)));
  await check_rules(page, where);
}

const list = await addresses();
let looked = 0;
for (const [width, viewport] of Object.entries(widths)) {
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ viewport, javaScriptEnabled, reducedMotion: "reduce" });
    const plain = await browser.newContext({ viewport, reducedMotion: "reduce" });
    // A few pages at a time: while one is fetched and laid out, axe-core reads another. Pictures come out whole only one
    // at a time.
    const left = Object.entries(list);
    const walker = async () => {
      const pages = await tab(context);
      // What axe-core finds without scripts does not depend on the width.
      const bare = javaScriptEnabled || width !== "phone" ? undefined : await tab_without_scripts(plain);
      for (let next = left.shift(); next; next = left.shift()) {
        const [name, address] = next;
        const where = `${name} ${width}${javaScriptEnabled ? "" : " noscript"}`;
        await look(pages, viewport, javaScriptEnabled, where, address, name);
        if (bare) await check_rules_without_scripts(bare, where, address);
        looked += 1;
      }
    };
    await Promise.all(Array.from({ length: pictures ? 1 : 3 }, walker));
    await context.close();
    await plain.close();
    console.log(`${width}${javaScriptEnabled ? "" : " without JavaScript"}: ${looked} pages after ${Math.round(performance.now() / 1000)} s`);
  }
}

// Keyboard: the first thing that Tab reaches is the link past the menu, and it leads to the content.
const page = await browser.newPage();
await page.goto(`${base}/find`);
await page.keyboard.press("Tab");
const skip = await page.evaluate(() => document.activeElement.className);
if (!skip.includes("govuk-skip-link")) blame("keyboard", `Tab reaches first: ${skip}`);
await page.keyboard.press("Enter");
const reached = await page.evaluate(() => document.activeElement.id || location.hash);
if (!reached.includes("main-content")) blame("keyboard", `the skip link leads to: ${reached}`);

// Figures: one drawing of the two shows, its letters are no smaller than 12 pixels at any width, on paper the numbers
// stand open, and where the reader forces colours the drawing takes them.
for (const [width, height] of [[320, 640], [390, 844], [768, 1024], [1280, 900]]) {
  await page.setViewportSize({ width, height });
  for (const address of ["/figures", list["share-volume"]].filter(Boolean)) {
    await page.goto(base + address);
    const sizes = await page.$$eval(".rc-figure__drawing", (boxes) =>
      boxes.map((box) => {
        const shown = [...box.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().width > 0);
        const [svg] = shown;
        return shown.length === 1 ? (15 * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width : 0;
      }),
    );
    if (!sizes.length || Math.min(...sizes) < 12) blame(`${address} at ${width}`, `letters of ${sizes.join(", ")} pixels`);
  }
}
await page.goto(`${base}/figures`);
await page.emulateMedia({ media: "print" });
const folded = await page.$$eval(".rc-figure__numbers table", (tables) =>
  tables.filter((table) => table.getBoundingClientRect().height === 0).length,
);
if (folded) blame("figures in print", `${folded} tables stay folded`);
await page.emulateMedia({ media: "screen", forcedColors: "active" });
const fills = await page.$$eval(".rc-drawing--wide .rc-c0, .rc-drawing--wide text", (shapes) => [
  ...new Set(shapes.map((shape) => getComputedStyle(shape).fill)),
]);
if (fills.length !== 1) blame("figures in forced colours", `filled with ${fills.join(", ")}`);
await page.emulateMedia({ forcedColors: "none" });

// A journey: search, open a share, go to its newest statement.
await page.goto(base);
await page.fill("#q", "university");
await page.keyboard.press("Enter");
await page.waitForURL(/\/find\?q=university/);
await page.locator(".rc-results__title").first().click();
await page.waitForURL(/\/share/);
await page.locator("#proof a[href^='/statement/']").click();
await page.waitForURL(/\/statement\/\d+$/);

// The same without a mouse: filter the decisions by outcome, and go on to what changed between two days.
await page.goto(`${base}/decisions`);
await page.focus("#outcome");
await page.keyboard.type("Refused");
await page.focus(".rc-asked button");
await page.keyboard.press("Enter");
await page.waitForURL(/outcome=refused/);
const tags = await page.$$eval(".rc-decision .govuk-tag", (all) => [...new Set(all.map((tag) => tag.textContent))]);
if (tags.join() !== "Refused") blame("decisions", `refusals were asked for, and shown: ${tags}`);
await page.goto(`${base}/changes`);
await page.fill("#from", "2017-12-01");
await page.fill("#to", "2017-12-31");
await page.click(".rc-asked button");
await page.waitForURL(/from=2017-12-01&to=2017-12-31/);
if (!(await page.locator(".rc-lead").textContent()).includes("from 1 December 2017")) blame("changes", "the days asked for are not named");

// On paper nothing is left to press, and the address of the log still stands below.
await page.emulateMedia({ media: "print" });
for (const address of ["/decisions", "/changes?from=2000", "/other-access"]) {
  await page.goto(base + address);
  const shown = await page.$$eval("nav, form, button, input, select", (all) => all.filter((one) => one.checkVisibility()).map((one) => one.className || one.tagName));
  const left = shown.filter((name) => !name.includes("rc-note"));
  if (left.length) blame(`${address} on paper`, `still shows ${left.join(", ")}`);
  if (!(await page.locator(".rc-footer__proof").isVisible())) blame(`${address} on paper`, "does not say what it rests on");
}
await page.emulateMedia({ media: "screen" });

await browser.close();
if (problems.length) {
  console.error(`${problems.length} problems on ${looked} pages`);
  process.exit(1);
}
console.log(`${looked} pages without a problem`);
