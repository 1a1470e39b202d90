// Puts real questions to the built module, as the page's script does, and holds every answer against that of the same
// code compiled for this machine: all statements of a served register, bytes changed in each part, and the log as it was
// at every size, true and rewritten.
//   node tests/wasm.mjs BASE_URL DATA_FOLDER NATIVE_PROGRAM
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { answer, check, encode } from "../web/js/check.mjs";
import { checkpoint, leafHash, logKey, root } from "./support/log.mjs";

const [base, data, native] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(new URL("../web/dist/check.wasm", import.meta.url)));
const fail = (what) => {
  console.error(`tests/wasm: ${what}`);
  process.exit(1);
};
if (WebAssembly.Module.imports(module).length) fail("the module imports something");

const text = async (path) => {
  const response = await fetch(base + path);
  if (!response.ok) fail(`${path} gave ${response.status}`);
  return response.text();
};
const file = async (path) => new Uint8Array(await (await fetch(`${base}/${path}`)).arrayBuffer());

let compared = 0;
function same(parts) {
  const request = encode(parts);
  const here = answer(module, request);
  const there = spawnSync(native, { input: request, encoding: "utf8" }).stdout;
  if (here !== there) fail(`the module says\n${here}and the native program\n${there}`);
  compared += 1;
  return here.split("\n")[0];
}

const key = logKey(data);
const now = await text("/checkpoint");
const size = Number(now.split("\n")[1]);
const leaves = [];
for (let index = 0; index < size; index += 1) {
  const [leaf, proof] = await Promise.all([text(`/statement/${index}.json`), text(`/statement/${index}.tlog-proof`)]);
  leaves.push(leafHash(leaf));
  const parts = [["K", key.vkey], ["I", String(index)], ["L", leaf], ["P", proof]];
  if (same(parts) !== "holds") fail(`statement ${index} does not hold`);
  if (index % 29) continue;
  // A byte of each part, in turn, changed.
  for (const place of [2, 3]) {
    const bytes = Buffer.from(parts[place][1]);
    const at = (index * 7919) % bytes.length;
    bytes[at] ^= 1 << index % 7;
    if (same(parts.with(place, [parts[place][0], bytes])) === "holds") fail(`byte ${at} of ${parts[place][0]} is not noticed`);
  }
}
if (root(leaves).toString("base64") !== now.split("\n")[2]) fail("the statements do not make the root");

// The log as this browser may remember it.
let rewritten = 0;
for (let old = 1; old < size; old += 1) {
  const remembered = { key: key.vkey, checkpoint: checkpoint(key, old, root(leaves.slice(0, old))) };
  const asked = { key: key.vkey, checkpoint: now };
  const found = await check(module, asked, remembered, file);
  if (found.kind !== "holds" || !found.sentences[1].includes(old.toLocaleString())) {
    fail(`the log as of ${old} statements: ${found.sentences.join(" ")}`);
  }
  if (old % 17) continue;
  const forged = leaves.slice(0, old).with(old - 1, leafHash("another statement"));
  remembered.checkpoint = checkpoint(key, old, root(forged));
  const alarm = await check(module, asked, remembered, file);
  if (alarm.code !== "forked") fail(`a log rewritten at ${old - 1} is called ${alarm.code}`);
  rewritten += 1;
}

const began = performance.now();
const proof = await text("/statement/0.tlog-proof");
const leaf = await text("/statement/0.json");
const request = encode([["K", key.vkey], ["I", "0"], ["L", leaf], ["P", proof]]);
for (let round = 0; round < 100; round += 1) answer(module, request);
const each = ((performance.now() - began) / 100).toFixed(1);
console.log(
  `wasm: ${compared} answers on ${size} statements are those of the native program; ${size - 1} earlier logs hold, ` +
    `${rewritten} rewritten ones do not; ${each} ms a check`,
);
