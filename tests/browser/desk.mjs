// The desk in a real browser. A story first: an administrator made on the command line invites people of every role by mail,
// an application goes from its first question to the signed agreement, and the public site shows the decision; others are
// refused, returned and handed in again, and withdrawn. Then the demonstration's own accounts, one of each role, look at
// every page that they are offered. Every page is read by axe-core, at the width of a phone and of a desk.
//
//   BASE_URL=http://127.0.0.1:8080 DATA=demo-data SERVER=…/rollcall-server MAIL=mails.jsonl node desk.mjs
//
// DATA is the demonstration's folder, which the running server serves; MAIL is the file to which the mail server says what it
// took. SCREENSHOTS is a folder for pictures, and may be left out.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { launch } from "./launch.mjs";

const { BASE_URL: base, DATA: data, SERVER: server, MAIL: mail, SCREENSHOTS: pictures } = process.env;
if (pictures) mkdirSync(pictures, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const widths = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };
const password = "three words apart";
const problems = [];
let looked = 0;

const blame = (where, what) => {
  problems.push(`${where}: ${what}`);
  console.error(problems.at(-1));
};

function expect(what, found, wanted) {
  const holds = wanted instanceof RegExp ? wanted.test(found) : found === wanted;
  if (!holds) blame(what, `expected ${wanted}, found: ${String(found).slice(0, 300)}`);
}

const browser = await launch();

// People ---------------------------------------------------------------------------------------------------------------

// Somebody at a browser of their own.
async function somebody(name, options = {}) {
  const context = await browser.newContext({ viewport: widths.desk, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("console", (message) => {
    const status = message.text().includes("the server responded with a status of");
    if (message.type() === "error" && !status) blame(`${name} at ${page.url()}`, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => blame(`${name} at ${page.url()}`, `script: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) blame(name, `asked another host: ${request.url()}`);
  });
  return { name, page, scripts: options.javaScriptEnabled !== false };
}

// The code of six digits that an authenticator shows (RFC 6238) for a key as it stands on the page.
function code(key, step = Math.floor(Date.now() / 30_000)) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", secret).update(counter).digest();
  const place = digest.at(-1) & 15;
  return String((digest.readUInt32BE(place) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// Looking --------------------------------------------------------------------------------------------------------------

const seen = new Set();

// An address without what it is about.
function kindOf(path) {
  return path.replace(/DS-\d+-\d+/, "…").replace(/\/link\/.*/, "/link/…").replace(/\/(people|organisations)\/\d+/, "/$1/…");
}

// Reads the page that is shown with axe-core, once for each kind of page, or each time where `always` says so.
async function look(who, always) {
  const { page } = who;
  // Without scripts axe-core never ends; others see the same pages with them.
  if (!who.scripts) return;
  const { pathname, searchParams } = new URL(page.url());
  const kind = kindOf(pathname);
  const heading = await page.locator("h1").first().textContent();
  const name = `${kind}${searchParams.has("dataset") ? "?dataset" : ""} ${heading.trim().slice(0, 60)}`;
  if (!always && seen.has(name)) return;
  seen.add(name);
  looked += 1;
  if (!(await page.title()).trim()) blame(name, "has no title");
  for (const [width, viewport] of Object.entries(widths)) {
    const where = `${name} (${who.name}, ${width})`;
    await page.setViewportSize(viewport);
    await page.$$eval("details", (folds) => folds.forEach((fold) => (fold.open = true)));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) blame(where, "scrolls sideways");
    await page.evaluate(axe);
    const found = await page.evaluate((tags) => window.axe.run({ runOnly: { type: "tag", values: tags } }), rules);
    for (const violation of found.violations) {
      const nodes = violation.nodes.slice(0, 2).map((node) => node.html.slice(0, 140));
      blame(where, `${violation.id}: ${violation.help}: ${nodes.join(" | ")}`);
    }
    const file = `${looked}-${kind.replaceAll(/[^a-z]+/g, "-")}-${width}.png`;
    if (pictures) await page.screenshot({ path: join(pictures, file), fullPage: true });
  }
}

async function open(who, address, status = 200) {
  const response = await who.page.goto(address.startsWith("http") ? address : base + address);
  if (response.status() !== status) blame(`${who.name} at ${address}`, `status ${response.status()} instead of ${status}`);
  await look(who);
}

// Fills the fields of a form by their names.
async function fill(who, values, form = "main") {
  for (const [name, value] of Object.entries(values)) {
    const field = who.page.locator(`${form} [name="${name}"]:not([type="hidden"])`);
    const type = await field.first().evaluate((element) => element.type);
    if (type === "radio" || type === "checkbox") {
      for (const one of [value].flat()) await who.page.locator(`${form} [name="${name}"][value="${one}"]`).check();
    } else if (type.startsWith("select")) {
      await field.first().selectOption(value);
    } else {
      await field.first().fill(value);
    }
  }
}

// Presses a button as whoever uses no mouse does: goes to it by Tab, from the top of the page, and presses Enter.
async function press(who, label, { tabs = false } = {}) {
  const { page } = who;
  const button = page.locator("main").getByRole("button", { name: label }).first();
  if (tabs) {
    await page.evaluate(() => document.activeElement?.blur());
    const reached = async () => button.evaluate((element) => element === document.activeElement);
    let presses = 0;
    while (!(await reached()) && presses < 400) {
      await page.keyboard.press("Tab");
      presses += 1;
    }
    if (!(await reached())) blame(page.url(), `${label} is not reached by Tab`);
  } else {
    await button.focus();
  }
  const [response] = await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.keyboard.press("Enter")]);
  const status = response?.status() ?? 200;
  const shown = await page.locator(".govuk-error-summary__list").allTextContents();
  if (status >= 400) blame(`${who.name} at ${page.url()}`, `${label}: ${status} ${shown} ${await page.locator("h1").first().textContent()}`);
  await look(who);
}

async function follow(who, label) {
  await who.page.locator("main").locator("a", { hasText: label }).first().click();
  await who.page.waitForLoadState("load");
  await look(who);
}

const reference = (who) => who.page.url().match(/DS-\d+-\d+/)?.[0];

// Accounts -------------------------------------------------------------------------------------------------------------

// Waits for mail as the mail server says it.
async function mailTo(address) {
  for (let left = 200; left > 0; left -= 1) {
    const lines = existsSync(mail) ? readFileSync(mail, "utf8").trim().split("\n") : [];
    const found = lines.filter(Boolean).map((line) => JSON.parse(line)).find((line) => line.to?.includes(address));
    if (found) return found;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`no mail for ${address}`);
}

// Sets a password by a link, and a second factor where one is asked for.
async function accept(who, link) {
  await open(who, link);
  await fill(who, { password, again: password });
  await press(who, "Set the password", { tabs: true });
  if (who.page.url().includes("/desk/sign-in")) {
    await fill(who, { email: who.email, password });
    await press(who, "Sign in", { tabs: true });
  }
  if (who.page.url().includes("/desk/second-factor")) {
    who.key = await who.page.locator("#key").textContent();
    await fill(who, { code: code(who.key) });
    await press(who, "Continue");
  }
  expect(`${who.name} is signed in`, await who.page.locator("h1").first().textContent(), /desk/i);
}

async function invite(admin, name, email, role, organisation, options) {
  await open(admin, "/desk/people");
  const choices = await admin.page.locator("#role option").evaluateAll((all) => all.map((one) => one.value));
  await fill(admin, { name, email, role: choices.find((choice) => choice === role) ?? role });
  if (organisation) await admin.page.locator("#organisation").selectOption({ label: organisation });
  await press(admin, "Invite");
  const who = Object.assign(await somebody(name, options), { email });
  const { text } = await mailTo(email);
  await accept(who, text.match(/https?:\S+\/desk\/link\/\S+/)[0]);
  return who;
}

// The story ------------------------------------------------------------------------------------------------------------

const day = (days) => {
  const date = new Date(Date.now() + days * 86_400_000);
  return { day: String(date.getDate()), month: String(date.getMonth() + 1), year: String(date.getFullYear()) };
};
const dated = (stem, date, end = "") =>
  Object.fromEntries(Object.entries(date).map(([part, value]) => [`${stem}-${part}${end}`, value]));

const answers = {
  summary: { answer: "We ask which pupils miss school after they move, and what helps them to come back." },
  "why-direct": { answer: "Nothing else will do." },
  commercial: { answer: "no" },
  funded: { answer: "no" },
  route: { answer: "secure-environment" },
  "start-date": dated("answer", day(30)),
  "end-date": dated("answer", day(700)),
  "legal-gateway": { answer: "education-act-537a" },
  "article-6": { answer: "gdpr-6-1-e" },
  "article-9": { answer: ["none"] },
  "who-benefits": { answer: ["pupils", "schools"] },
  ethics: { answer: "not-needed" },
  dpia: { answer: "no" },
  joint: { answer: "no" },
  "has-processors": { answer: "no" },
  onward: { answer: "no" },
  people: { "name-1": "Val Researcher (invented)", "accreditation-1": "none" },
  environment: { answer: "ons-srs" },
  territory: { answer: "united-kingdom" },
  safeguards: { answer: ["training"], "evidence-training": "Safe researcher training", ...dated("expires", day(300), "-training") },
  frequency: { answer: "once" },
  linked: { answer: "no" },
  retention: { answer: "6" },
};

// Answers all that the page of all answers says is missing.
async function answerAll(who, title) {
  const application = `/desk/application/${who.reference}`;
  for (let left = 80; left > 0; left -= 1) {
    await open(who, `${application}/check`);
    const missing = who.page.locator(".govuk-inset-text a").first();
    if (!(await missing.count())) return;
    const address = await missing.getAttribute("href");
    const question = address.match(/question\/([a-z0-9-]+)/)?.[1];
    if (question === "basket" || address.includes("/basket")) {
      await fillBasket(who, application);
      continue;
    }
    await open(who, address);
    const words = { answer: question === "title" ? title : "Because schools ask, and nobody knows. We say more in the plan." };
    await fill(who, answers[question] ?? words);
    await press(who, /Save|Continue/, { tabs: left % 10 === 0 });
    if (await who.page.locator(".govuk-error-summary").count()) {
      throw new Error(`${question}: ${await who.page.locator(".govuk-error-summary__list").textContent()}`);
    }
  }
  throw new Error(`${who.reference}: questions without end`);
}

async function fillBasket(who, application) {
  await open(who, `${application}/basket`);
  if (!(await who.page.locator("table").count())) {
    await follow(who, "Find items");
    await follow(who, "Absence");
    await fill(who, { item: ["ab-match-ref", "ab-year-group", "ab-excluded"], first: "2018", last: "2023" });
    await press(who, "Add to the basket", { tabs: true });
    await open(who, `${application}/basket`);
  }
  const needed = who.page.locator("tr", { has: who.page.locator(".govuk-tag--red") }).getByRole("link");
  if (await needed.count()) {
    await open(who, await needed.first().getAttribute("href"));
    await fill(who, { justification: "The question is about pupils who were sent away from school." });
    await press(who, "Save");
  }
}

async function begin(who, title) {
  await open(who, "/desk/apply");
  const choice = who.page.locator("main [name=organisation]:not([type=hidden])");
  if (await choice.count()) await choice.first().check();
  await press(who, "Begin");
  who.reference = reference(who);
  if (!who.reference) throw new Error(`no application was begun: ${who.page.url()}`);
  await open(who, `/desk/application/${who.reference}/reuse`);
  const earlier = who.page.locator("main input[type=radio]");
  if (await earlier.count()) {
    await earlier.first().check();
    await press(who, "Use these answers");
  }
  await answerAll(who, title);
  return who.reference;
}

async function declare(who, at) {
  await open(who, `/desk/application/${at}/declare`);
  await fill(who, { confirmed: ["yes"], signed: who.name });
  await press(who, "Sign and submit", { tabs: true });
}

const onCase = (who, at, rest = "") => open(who, `/desk/case/${at}${rest}`);

async function stageIs(who, at, stage) {
  await onCase(who, at);
  expect(`${at} as ${who.name} sees it`, (await who.page.locator("main .govuk-tag").first().textContent()).trim(), stage);
}

async function screen(officer, at) {
  await onCase(officer, at);
  await press(officer, "Take this case");
  await onCase(officer, at, "/accept");
  await press(officer, "Accept, and show it in public", { tabs: true });
}

async function reviewAll(officer, reviewers, at, advice) {
  for (const reviewer of reviewers) {
    await onCase(officer, at, "/reviewers");
    await officer.page.locator("#reviewer").selectOption({ label: reviewer.name });
    await press(officer, "Ask");
  }
  for (const [number, reviewer] of reviewers.entries()) {
    await onCase(reviewer, at, "/review");
    const values = { advice };
    for (const safe of ["people", "projects", "settings", "data", "outputs"]) {
      values[`${safe}-met`] = "yes";
      values[safe] = `Found under ${safe} by reviewer ${number + 1}.`;
      values[`${safe}-evidence`] = "The application";
    }
    const others = await reviewer.page.locator("main").textContent();
    if (others.includes("Found under")) blame(at, "a reviewer sees another's review before both are in");
    await fill(reviewer, values);
    await press(reviewer, "Hand in your review", { tabs: number === 0 });
  }
}

async function decide(officer, chair, at, values) {
  await onCase(officer, at, "/decision");
  await fill(officer, values);
  await press(officer, "Continue to the preview", { tabs: true });
  await onCase(officer, at, "/decision");
  if (await officer.page.getByRole("button", { name: "Confirm and publish" }).count()) blame(at, "whoever proposes may confirm");
  await onCase(chair, at, "/decision");
  const preview = await chair.page.locator("#leaf").textContent();
  await press(chair, "Confirm and publish this decision", { tabs: true });
  return JSON.parse(preview);
}

// The share's public page, once the statement is under a checkpoint. A browser may keep a page for a while, so the address is
// asked without one.
async function published(who, at, words) {
  const address = `${base}/share/${at}`;
  for (let left = 150; left > 0; left -= 1) {
    const response = await fetch(address);
    const text = (await response.text()).replace(/.*<main/s, "").replaceAll(/<[^>]*>/g, " ");
    if (response.status === 200 && words.test(text)) {
      await who.page.goto(address);
      return;
    }
    await new Promise((done) => setTimeout(done, 200));
  }
  blame(address, `does not show ${words}`);
}

async function story() {
  const admin = Object.assign(await somebody("Ada Example"), { email: "ada@department.example" });
  const made = ["admin", "create", "--data", data, "--email", admin.email, "--name", admin.name, "--again", "--site-address", base];
  await accept(admin, execFileSync(server, made, { encoding: "utf8" }).trim());

  const home = "Thornmere University (example)";
  await open(admin, "/desk/organisations");
  await fill(admin, { name: home });
  await press(admin, "Add the organisation", { tabs: true });
  const applicant = await invite(admin, "Ann Example", "ann@thornmere.example", "applicant", home);
  const official = await invite(admin, "Otto Example", "otto@thornmere.example", "signing-official", home);
  const officer = await invite(admin, "Cora Example", "cora@department.example", "case-officer");
  const reviewers = [
    await invite(admin, "Rita Example", "rita@department.example", "reviewer"),
    await invite(admin, "Ruth Example", "ruth@department.example", "reviewer"),
  ];
  const chair = await invite(admin, "Chad Example", "chad@department.example", "panel-chair");
  const signatory = await invite(admin, "Cleo Example", "cleo@department.example", "custodian-signatory");
  console.log(`eight people signed in after ${seconds()} s`);

  // From the first question to the signed agreement.
  const approved = await begin(applicant, "Coming back to school");
  await declare(official, approved);
  console.log(`the first application is handed in after ${seconds()} s`);
  await screen(officer, approved);
  await reviewAll(officer, reviewers, approved, "approve");
  const preview = await decide(officer, chair, approved, {
    outcome: "approved",
    reasons: ["benefit-clear", "data-least"],
    "reasons-text": "Schools can act on the answer, and little is asked for.",
    balance: "What schools learn is much, and what is learnt about one pupil is little.",
    "dpia-summary": "The risk is low.",
    route: "secure-environment",
    "decided-by": "Data panel (example)",
  });
  await published(applicant, approved, /Approved/);
  await look(applicant);
  const leaf = await lastStatement(approved, "share-decided");
  expect("what was looked at is what is published", JSON.stringify({ ...leaf, at: "", logged: "" }), JSON.stringify({ ...preview, at: "", logged: "" }));
  await onCase(officer, approved, "/agreement/terms");
  await fill(officer, { "recipient-role": "controller", "audit-right": "yes" });
  await press(officer, "Offer the agreement", { tabs: true });
  for (const who of [official, signatory]) {
    await onCase(who, approved, "/agreement");
    await fill(who, { signed: who.name, authority: ["yes"] });
    await press(who, "Sign the agreement", { tabs: true });
  }
  await published(applicant, approved, /Where the data may be/);
  console.log(`the first is agreed after ${seconds()} s`);

  // Refused.
  const refused = await begin(applicant, "Names for a list");
  await declare(official, refused);
  await screen(officer, refused);
  await reviewAll(officer, reviewers, refused, "refuse");
  await decide(officer, chair, refused, {
    outcome: "refused",
    reasons: ["benefit-unclear"],
    "reasons-text": "Nobody is better off for it.",
    balance: "Nothing stands against the harm.",
    "decided-by": "Data panel (example)",
  });
  await published(applicant, refused, /Refused/);

  // Returned, changed and handed in again.
  const returned = await begin(applicant, "Late buses");
  await declare(official, returned);
  await onCase(officer, returned);
  await press(officer, "Take this case");
  await onCase(officer, returned, "/return");
  const { year, month, day: date } = day(14);
  await fill(officer, { by: `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`, "change-summary": "Say which buses." });
  await press(officer, "Return it", { tabs: true });
  await stageIs(officer, returned, "Returned for changes");
  await open(applicant, `/desk/application/${returned}`);
  expect("the applicant reads what to change", await applicant.page.locator("main").textContent(), /Say which buses/);
  await open(applicant, `/desk/application/${returned}/question/summary`);
  await fill(applicant, { answer: "We ask whether the buses of the county are late on days when pupils are." });
  await press(applicant, /Save|Continue/);
  await declare(official, returned);
  await stageIs(officer, returned, "Screening");

  // Withdrawn, by somebody whose browser runs no scripts.
  const plain = await invite(admin, "Nora Example", "nora@thornmere.example", "applicant", home, { javaScriptEnabled: false });
  const withdrawn = await begin(plain, "Given up");
  await declare(official, withdrawn);
  await onCase(plain, withdrawn, "/withdraw");
  await fill(plain, { reasons: "The study will not go ahead." });
  await press(plain, "Withdraw", { tabs: true });
  await published(plain, withdrawn, /Withdrawn/);
  console.log(`all four are told after ${seconds()} s`);

  // Nobody sees what is not theirs.
  const stranger = await invite(admin, "Stan Example", "stan@withen.example", "applicant", "Withen Valley Council (example)");
  await open(stranger, `/desk/case/${approved}`, 404);
  await open(stranger, "/desk/people", 403);
}

// The newest statement of a kind about a share, as the log has it.
async function lastStatement(at, kind) {
  const page = await (await fetch(`${base}/share/${at}`)).text();
  const numbers = [...new Set([...page.matchAll(/\/statement\/(\d+)/g)].map((found) => Number(found[1])))].sort((a, b) => b - a);
  for (const number of numbers) {
    const leaf = await (await fetch(`${base}/statement/${number}.json`)).json();
    if (leaf.kind === kind && leaf.share === at) return leaf;
  }
  return {};
}

// The demonstration's accounts -----------------------------------------------------------------------------------------

const people = [
  ["avery.applicant@brindlemere.example", false],
  ["sandy.signatory@brindlemere.example", false],
  ["dana.keeper@brindlemere.example", false],
  ["casey.officer@department.example", true],
  ["remy.reviewer@department.example", true],
  ["charlie.chair@department.example", true],
  ["sage.signatory@department.example", true],
  ["ari.analyst@department.example", true],
  ["ollie.auditor@department.example", true],
  ["reggie.regulator@regulator.example", true],
  ["addie.administrator@department.example", true],
];

async function tour() {
  for (const [email, staff] of people) {
    const who = await somebody(email.split("@")[0]);
    await open(who, "/desk/sign-in");
    await fill(who, { email, password: "an invented register" });
    await press(who, "Sign in");
    if (staff) {
      await fill(who, { code: execFileSync(server, ["demo", "--data", data, "--code", email], { encoding: "utf8" }).trim() });
      await press(who, "Continue");
    }
    expect(`${email} is signed in`, await who.page.locator("h1").first().textContent(), "Your desk");
    // Three pages of each kind that is offered; an auditor reads every case, at every stage, and every assessment.
    const auditor = email.startsWith("ollie");
    const left = ["/desk"];
    const known = new Set(left);
    const kinds = new Map();
    let [pages, figures] = [0, 0];
    for (let next = left.shift(); next; next = left.shift()) {
      const response = await who.page.goto(base + next);
      pages += 1;
      if (response.status() !== 200) {
        blame(`${email} is offered ${next}`, `status ${response.status()}`);
        continue;
      }
      await look(who, auditor && /\/case\/[^/]+(\/assessment)?$/.test(next));
      if (next.endsWith("/assessment")) figures += await who.page.locator(".rc-figure svg:visible").count();
      const links = await who.page.$$eval("a[href^='/desk']", (all) => all.map((one) => one.getAttribute("href").split("#")[0]));
      for (const link of links) {
        // What is for saving is no page.
        if (known.has(link) || /\/file|\/assessment\/|\/release\/\d+\/|\/pack\/pdf|\/evidence\/|sign-out|\/versions\/|lang=/.test(link)) continue;
        known.add(link);
        const kind = kindOf(link.replace(/\?.*/, "")).replace(/\/question\/[^/]+/, "/question/…");
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (kinds.get(kind) <= 3 || (auditor && /^\/desk\/case\/…(\/assessment)?$/.test(kind))) left.push(link);
      }
    }
    if (auditor) expect("an assessment has four figures, each drawn in one size", figures, 4);
    console.log(`${email}: ${pages} pages after ${seconds()} s`);
    await who.page.context().close();
  }
}

const seconds = () => Math.round(performance.now() / 1000);
const parts = { story, tour };
for (const part of (process.env.PARTS ?? "story,tour").split(",")) {
  try {
    await parts[part]();
  } catch (error) {
    blame(part, `stopped: ${error.message.slice(0, 600)} ${error.stack.split("\n").find((line) => line.includes("desk.mjs")) ?? ""}`);
  }
}
await browser.close();
if (problems.length) {
  console.error(`${problems.length} problems on ${looked} pages of the desk`);
  process.exit(1);
}
console.log(`${looked} pages of the desk without a problem`);
