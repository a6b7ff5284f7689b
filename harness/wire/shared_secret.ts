// A secret that all processes of a store share, so that nobody else is served. It never crosses the wire in RPC: the server sends bytes
// that nobody can guess, the client answers with their HMAC-SHA256, and both are compared in constant time. What is said afterwards is
// neither encrypted nor signed: on a network that others can write to, a tunnel is needed.
//
// The secret is kept where neither JSON nor a log line shows it.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { err, ok, type Result } from "../domain/result.ts";

const LEAST_BYTES = 16;
/** So that a proof for this protocol is one for no other. */
const PURPOSE = "tierbench rpc 1";

export class SharedSecret {
  readonly #secret: Uint8Array;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** Of a file's text: white space at its ends does not count. The error says nothing of the text. */
  static parse(text: string): Result<SharedSecret, string> {
    const secret = new TextEncoder().encode(text.trim());
    if (secret.length >= LEAST_BYTES) return ok(new SharedSecret(secret));
    return err(`must have at least ${LEAST_BYTES} bytes, got ${secret.length}`);
  }

  /** Hexadecimal. */
  prove(nonce: string): string {
    return createHmac("sha256", this.#secret).update(`${PURPOSE}\n${nonce}`).digest("hex");
  }

  accepts(nonce: string, proof: string): boolean {
    return isSame(this.prove(nonce), proof);
  }

  /** An HTTP `authorization` header: `Bearer <secret>`. */
  acceptsHeader(authorization: string | null): boolean {
    const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    return token !== undefined && isSame(new TextDecoder().decode(this.#secret), token.trim());
  }
}

/** Compares hashes, so that neither the place of a difference nor the length shows in the time. */
function isSame(wanted: string, got: string): boolean {
  const hash = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(wanted), hash(got));
}
