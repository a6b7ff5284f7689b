// Bytes that nobody can guess, from the operating system: for nonces, never for what a run must repeat (that is Random's).

import { randomBytes } from "node:crypto";

export function unpredictableBytes(count: number): Uint8Array {
  return randomBytes(count);
}
