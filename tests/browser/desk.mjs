// The desk in a real browser, by two people: an administrator from the link that the command prints to the second factor
// and the pages about organisations and people, with scripts; and a visitor who gets things wrong, without scripts. Every
// page on the way is looked at by axe-core, at the width of a desk and at 320 pixels, which is 400 % zoom.
//
//   BASE_URL=http://127.0.0.1:8080 LINK=http://127.0.0.1:8080/desk/link/… node desk.mjs
//
// SCREENSHOTS=FOLDER keeps a picture of each page.
import { createHmac } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch } from "./launch.mjs";

const { BASE_URL: base, LINK: link, SCREENSHOTS: pictures } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const password = "three words together";
const problems = [];
let looks = 0;
if (pictures) mkdirSync(pictures, { recursive: true });

function expect(what, found, wanted) {
  const holds = wanted instanceof RegExp ? wanted.test(found) : found === wanted;
  if (!holds) problems.push(`${what}: expected ${wanted}, found: ${found}`);
}

// The six digits of RFC 6238 for a key in base 32.
function code(key) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...key.replaceAll(" ", "")].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", secret).update(step).digest();
  const number = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

const browser = await launch();

async function visitor(scripts) {
  const context = await browser.newContext({ reducedMotion: "reduce", javaScriptEnabled: scripts });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`script: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) problems.push(`asked another host: ${request.url()}`);
  });
  return page;
}

// axe-core needs scripts itself, so a page without them is looked at as it stands in a page with them.
const looker = await visitor(true);
async function look(page, name) {
  for (const width of [1280, 320]) {
    looks += 1;
    await looker.setViewportSize({ width, height: 900 });
    await looker.goto(`${base}/cookies`);
    await looker.setContent(await page.content());
    await looker.evaluate(axe);
    const found = await looker.evaluate((tags) => window.axe.run({ runOnly: { type: "tag", values: tags } }), rules);
    for (const violation of found.violations) {
      problems.push(`${name} at ${width}: ${violation.id}: ${violation.nodes.map((node) => node.target).join(", ")}`);
    }
    const sideways = await looker.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (sideways > 0) problems.push(`${name} at ${width}: scrolls sideways by ${sideways} pixels`);
    if (pictures) await looker.screenshot({ path: `${pictures}/desk-${name}-${width}.png`, fullPage: true });
  }
}
const heading = (page) => page.locator("h1").innerText();

// With scripts: from the link to the pages of an administrator.
const admin = await visitor(true);
await admin.goto(link);
await look(admin, "invitation");
await admin.getByLabel("New password").fill(password);
await admin.getByLabel("The same again").fill(password);
await admin.getByRole("button", { name: "Set the password" }).click();
expect("after the link", await heading(admin), "Set up a second factor");
await look(admin, "enrol");
const key = await admin.locator("#key").innerText();
await admin.getByLabel("Code", { exact: true }).fill("000");
await admin.getByRole("button", { name: "Continue" }).click();
expect("a wrong code", await admin.title(), /^Error: /);
await look(admin, "enrol-error");
await admin.getByLabel("Code", { exact: true }).fill(code(key));
await admin.getByRole("button", { name: "Continue" }).click();
expect("after the code", await heading(admin), "Your desk");
await look(admin, "home");
await admin.getByRole("link", { name: "Organisations" }).first().click();
await admin.getByLabel("URN of a school or college").fill("12");
await admin.getByRole("button", { name: "Add the organisation" }).click();
expect("an organisation without a name", await admin.title(), /^Error: /);
expect("focus after an error", await admin.evaluate(() => document.activeElement.className), /govuk-error-summary/);
await look(admin, "organisations-error");
await admin.getByLabel("Name").fill("Example Trust");
await admin.getByLabel("URN of a school or college").fill("100000");
await admin.getByRole("button", { name: "Add the organisation" }).click();
expect("an organisation", await heading(admin), "Example Trust");
await admin.getByLabel("Name").fill("Example Academies");
await admin.getByRole("button", { name: "Change the name" }).click();
expect("renamed", await heading(admin), "Example Academies");
await look(admin, "organisation");
await admin.getByRole("link", { name: "People", exact: true }).first().click();
await look(admin, "people");
await admin.getByLabel("Name").fill("Ada Example");
await admin.getByLabel("E-mail address").fill("applicant@example.org");
await admin.getByLabel("Role").selectOption("applicant");
await admin.getByLabel("Organisation", { exact: true }).selectOption({ label: "Example Academies" });
await admin.getByRole("button", { name: "Invite" }).click();
expect("somebody invited", await heading(admin), "Ada Example");
await look(admin, "person");
await admin.goto(`${base}/desk/account`);
await look(admin, "account");
await admin.getByRole("button", { name: "Sign out", exact: true }).click();
expect("signed out", await heading(admin), "Sign in");

// Without scripts: whatever goes wrong on the way in.
const other = await visitor(false);
await other.goto(`${base}/desk/people`);
expect("led to sign in", await heading(other), "Sign in");
await look(other, "sign-in");
await other.getByLabel("E-mail address").fill("root@example.org");
await other.getByLabel("Password").fill("not the password");
await other.getByRole("button", { name: "Sign in" }).click();
expect("a wrong password", await other.title(), /^Error: /);
await look(other, "sign-in-error");
await other.getByLabel("Password").fill(password);
await other.getByRole("button", { name: "Sign in" }).click();
expect("half way", await heading(other), "Enter your code");
await look(other, "code");
await other.goto(`${base}/desk/forgotten`);
await look(other, "forgotten");
await other.getByLabel("E-mail address").fill("applicant@example.org");
await other.getByRole("button", { name: "Send the link" }).click();
expect("a link asked for", await heading(other), "Look at your mail");
await look(other, "forgotten-sent");
await other.goto(link);
expect("a link used twice", await heading(other), "This link does not work any more");
await look(other, "link-used");

await browser.close();
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`browser: the desk by two people, ${looks} looks, nothing wrong`);
