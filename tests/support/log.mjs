// A log's tree and checkpoints once more, written from RFC 6962 and the C2SP specifications and not from our crates, for
// tests that must sign what a dishonest log would sign.
import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const sha256 = (...pieces) => pieces.reduce((hash, piece) => hash.update(piece), createHash("sha256")).digest();

export const leafHash = (leaf) => sha256(Buffer.of(0), leaf);

// The root of the tree over these leaf hashes (RFC 6962, section 2.1).
export function root(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.of(1), root(leaves.slice(0, split)), root(leaves.slice(split)));
}

// The signing key of the register in this data folder, and its public form.
export function logKey(data) {
  const [origin, seed] = readFileSync(join(data, "private/log.key"), "utf8").split("\n");
  const vkey = readFileSync(join(data, "public/vkey"), "utf8").trim();
  // A seed as PKCS #8 (RFC 8410, section 7).
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(seed, "hex")]);
  return { origin, vkey, secret: createPrivateKey({ key: der, format: "der", type: "pkcs8" }) };
}

// A signed checkpoint of that log, true or not (c2sp.org/tlog-checkpoint).
export function checkpoint({ origin, vkey, secret }, size, rootHash) {
  const text = `${origin}\n${size}\n${rootHash.toString("base64")}\n`;
  const id = Buffer.from(vkey.split("+")[1], "hex");
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), secret)]);
  return `${text}\n\u2014 ${origin} ${signature.toString("base64")}\n`;
}

// A key of the same name that the log does not have (c2sp.org/signed-note, "Verifier keys").
export function otherKey(name) {
  const { x } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
  const key = Buffer.concat([Buffer.of(1), Buffer.from(x, "base64url")]);
  const id = sha256(`${name}\n`, key).subarray(0, 4).toString("hex");
  return `${name}+${id}+${key.toString("base64")}`;
}
