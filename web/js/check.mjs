// Puts a question to the module (crates/browser) and reads its answer. Nothing of a page is touched here, so that
// tests/wasm runs this file in Node.

// A file of the log is at most 256 hashes; what is longer is not one.
const TILE = 256 * 32;

const encoder = new TextEncoder();
const bytes = (content) => (typeof content === "string" ? encoder.encode(content) : content);

// Parts as crates/browser/src/request.rs reads them: a letter, a length, that many bytes.
export function encode(parts) {
  const pieces = parts.map(([letter, content]) => [letter, bytes(content)]);
  const request = new Uint8Array(pieces.reduce((sum, [, content]) => sum + 5 + content.length, 0));
  let at = 0;
  for (const [letter, content] of pieces) {
    request[at] = letter.charCodeAt(0);
    new DataView(request.buffer).setUint32(at + 1, content.length);
    request.set(content, at + 5);
    at += 5 + content.length;
  }
  return request;
}

// One question to the compiled module, answered in lines. An instance is used once: it frees nothing.
export function answer(module, request) {
  const { room, check, memory } = new WebAssembly.Instance(module, {}).exports;
  const at = room(request.length);
  if (at === 0) throw new Error("the question is too long");
  new Uint8Array(memory.buffer, at, request.length).set(request);
  const said = check(at, request.length);
  const length = new DataView(memory.buffer).getUint32(said, true);
  return new TextDecoder().decode(new Uint8Array(memory.buffer, said + 4, length));
}

// The sentences of the answer, with numbers as the visitor's browser writes them.
function fill(words, numbers) {
  return words.replace(/\{(\d)\}/g, (_, place) => Number(numbers[place]).toLocaleString());
}

// Checks a statement, or only a checkpoint, against what is remembered.
//   now: { key, checkpoint } or { key, index, leaf, proof }: text or bytes as the site gives them
//   remembered: { key, checkpoint } or nothing
//   file: gives the bytes of a file of the log, by its path
// Returns { kind: "holds" | "alarm" | "unclear", code, sentences, size }.
export async function check(module, now, remembered, file) {
  const parts = [["K", now.key]];
  if (remembered) parts.push(["M", remembered.key], ["R", remembered.checkpoint]);
  if (now.proof === undefined) parts.push(["C", now.checkpoint]);
  else parts.push(["I", String(now.index)], ["L", now.leaf], ["P", now.proof]);
  let lines = answer(module, encode(parts)).trimEnd().split("\n");
  if (lines[0] === "need") {
    const files = await Promise.all(lines.slice(1).map(async (path) => [path, (await file(path)).subarray(0, TILE)]));
    for (const [path, content] of files) {
      const head = encoder.encode(`${path}\n`);
      const named = new Uint8Array(head.length + content.length);
      named.set(head);
      named.set(content, head.length);
      parts.push(["T", named]);
    }
    lines = answer(module, encode(parts)).trimEnd().split("\n");
  }
  const [kind, ...rest] = lines;
  if (kind === "holds") {
    const [signed, since, ...numbers] = rest;
    return { kind, code: "holds", sentences: [fill(signed, numbers), fill(since, numbers)], size: Number(numbers[0]) };
  }
  if (kind === "alarm" || kind === "unclear") {
    const [code, words, ...numbers] = rest;
    return { kind, code, sentences: [fill(words, numbers)] };
  }
  // It asks for the same files again: they were shorter than files of the log are.
  const words = "This site’s files of the log are incomplete, so it cannot be said whether the log has only grown.";
  return { kind: "alarm", code: "files-short", sentences: [words] };
}
