// The check in the browser, on `/statement/<index>` and `/verify`: fetches what the site gives, hands it to the module, and
// says what came of it. Without this script the part of the page that it serves is not shown.
import { check } from "./check.mjs";
import { forget, remember, remembered } from "./memory.mjs";

const part = document.querySelector("[data-rc-log-check]");
const find = (name) => part.querySelector(`[data-rc-${name}]`);
const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

const HEADINGS = { holds: "It holds", alarm: "This does not hold", unclear: "This could not be checked" };

function element(name, text, className = "govuk-body") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

async function get(path) {
  const response = await fetch(path, { cache: "no-store", credentials: "omit", redirect: "error" });
  if (!response.ok) throw new Error(`${path} gave ${response.status}`);
  return response;
}

const text = async (path) => (await get(path)).text();

// A log may have removed a partial tile once the full one is there; its beginning is the same.
async function file(path) {
  const fetched = await get(`/${path}`).catch(() => get(`/${path.replace(/\.p\/\d+$/, "")}`));
  return new Uint8Array(await fetched.arrayBuffer());
}

let compiled;
function module() {
  compiled ??= fetch(part.dataset.wasm, { credentials: "omit" }).then(async (response) => {
    if (!response.ok) throw new Error(`the checking program gave ${response.status}`);
    return WebAssembly.compile(await response.arrayBuffer());
  });
  return compiled;
}

// The checkpoint is what follows the first empty line of a proof (c2sp.org/tlog-proof).
const checkpointOf = (proof) => proof.slice(proof.indexOf("\n\n") + 2);

// Whether the page shows the statement that was checked: the same JSON, whatever the white space.
function shown(leaf) {
  const same = (json) => JSON.stringify(JSON.parse(json));
  return same(document.querySelector("#as-logged").textContent) === same(leaf);
}

async function run() {
  const { index } = part.dataset;
  const key = (await text("/vkey")).trim();
  const now = { key };
  if (index === undefined) {
    now.checkpoint = await text("/checkpoint");
  } else {
    [now.leaf, now.proof] = await Promise.all([text(`/statement/${index}.json`), text(`/statement/${index}.tlog-proof`)]);
    now.index = index;
    now.checkpoint = checkpointOf(now.proof);
  }
  const before = remembered();
  const found = await check(await module(), now, before, file);
  if (found.kind === "holds" && index !== undefined && !shown(now.leaf)) {
    found.kind = "alarm";
    found.sentences = ["The statement is in the log, but it is not the one that this page shows as logged."];
  }
  let kept = false;
  if (found.kind === "holds") kept = remember(key, now.checkpoint);
  say(found, before, now, kept);
}

function say(found, before, now, kept) {
  const result = element("div", "", `rc-result rc-result--${found.kind}`);
  result.append(element("h3", HEADINGS[found.kind], "govuk-heading-s"));
  for (const sentence of found.sentences) result.append(element("p", sentence));
  if (before && found.kind !== "unclear") {
    result.append(element("p", `Compared with what this browser checked on ${when.format(new Date(before.checked))}.`));
  }
  if (found.kind === "holds") {
    const next = kept
      ? "This browser now remembers this checkpoint and compares with it the next time."
      : "This browser does not let this page keep anything, so it cannot compare the next time.";
    result.append(element("p", next));
  } else if (found.kind === "alarm") {
    result.append(element("p", "What this browser remembers has been left as it was."));
    if (before) result.append(note("The checkpoint that this browser remembers", before.checkpoint));
    result.append(note("The checkpoint that this site gives now", now.checkpoint));
  }
  find("result").replaceChildren(result);
  show();
}

function note(title, content) {
  const made = element("pre", content, "rc-pre");
  made.tabIndex = 0;
  made.setAttribute("role", "region");
  made.setAttribute("aria-label", title);
  const both = document.createElement("div");
  both.append(element("h4", title, "govuk-heading-s"), made);
  return both;
}

// What is remembered, and the button that forgets it.
function show() {
  const memory = remembered();
  const size = memory && Number(memory.checkpoint.split("\n")[1]);
  const checked = memory && new Date(memory.checked);
  let said = "This browser remembers nothing of this log yet.";
  if (memory && !Number.isNaN(checked.getTime()) && Number.isSafeInteger(size)) {
    said = `This browser remembers the log as it was with ${size.toLocaleString()} statements, checked on ${when.format(checked)}.`;
  } else if (memory) {
    said = "This browser remembers something of this log, but it is damaged.";
  }
  find("memory").textContent = said;
  find("forget").hidden = !memory;
  const kept = find("kept");
  if (kept) {
    kept.hidden = !memory;
    kept.querySelector("pre").textContent = memory ? `${memory.key}\n\n${memory.checkpoint}` : "";
  }
}

function start() {
  const button = find("run");
  button.addEventListener("click", async () => {
    // Not disabled: that would take the focus away from whoever uses a keyboard.
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    find("result").replaceChildren(element("p", "Checking …"));
    try {
      await run();
    } catch (error) {
      const sentences = [`Something that the check needs could not be had: ${error.message}.`];
      say({ kind: "unclear", sentences }, undefined, {}, false);
    }
    button.removeAttribute("aria-disabled");
  });
  find("forget").addEventListener("click", () => {
    forget();
    show();
    find("result").replaceChildren(element("p", "Forgotten. The next check begins anew."));
    button.focus();
  });
  show();
  part.hidden = false;
}

if (part && typeof WebAssembly === "object") start();
