// Tells whether a document that somebody holds is one of those whose digests the page lists. The document is read in the
// browser and goes nowhere. Without this script, or where the browser has no cryptography (a page that came over plain
// HTTP), the page says how to do it on a command line.

// What is hashed must be in memory at once.
const LARGEST = 1 << 30;

const form = document.querySelector("[data-rc-documents]");
const find = (name) => form.querySelector(`[data-rc-${name}]`);

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

// 32 bytes from base64url or hex, whatever white space a copy brought along; nothing from anything else.
function salt(written) {
  const text = written.replace(/\s/g, "");
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  if (!/^[A-Za-z0-9_-]{43}=?$/.test(text)) return undefined;
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/").replace(/=?$/, "="));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

async function digest(...pieces) {
  const whole = await new Blob(pieces).arrayBuffer();
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)));
}

function listed() {
  return Array.from(document.querySelectorAll("[data-rc-digest]"), (row) => row.dataset);
}

async function look() {
  const file = find("file").files[0];
  if (!file) return ["unclear", "Choose the document first."];
  if (file.size > LARGEST) return ["unclear", "This document is too large for a browser. Check it on a command line."];
  const written = find("salt").value.trim();
  const salted = written === "" ? undefined : salt(written);
  if (written !== "" && !salted) return ["unclear", "That is not a salt. It has 43 letters and digits, or 64 from 0 to 9 and a to f."];
  const found = salted ? await digest(salted, file) : await digest(file);
  const match = listed().find((row) => row.rcDigest === found && (row.salted === "true") === Boolean(salted));
  if (match) return ["holds", `It is the same document, to the letter: ${match.name}.`, found];
  if (!salted && listed().some((row) => row.salted === "true")) {
    return [
      "alarm",
      "It is none of the documents without a salt. Those with a salt can be told only with the salt that came with them.",
      found,
    ];
  }
  return ["alarm", "It is none of these documents, or something in it was changed: one letter is enough.", found];
}

function say(kind, words, found) {
  const result = document.createElement("div");
  result.className = `rc-result rc-result--${kind}`;
  const sentence = document.createElement("p");
  sentence.className = "govuk-body";
  sentence.textContent = words;
  result.append(sentence);
  if (found) {
    const computed = document.createElement("p");
    computed.className = "rc-small";
    computed.textContent = `Its digest: ${found}`;
    result.append(computed);
  }
  find("result").replaceChildren(result);
}

if (form && globalThis.crypto?.subtle) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      say(...(await look()));
    } catch {
      say("unclear", "The document could not be read.");
    }
  });
  form.hidden = false;
}
