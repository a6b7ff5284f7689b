// The store's shared secret, from the file that TIERBENCH_SECRET_FILE names. Only the name of the file is in the environment, and
// nothing of it is in an argument, a process configuration or a manifest. Child processes inherit the variable.

import { readFileSync, statSync } from "node:fs";
import { err, ok, type Result } from "../domain/result.ts";
import { SharedSecret } from "../wire/shared_secret.ts";

const VARIABLE = "TIERBENCH_SECRET_FILE";
const OTHERS = 0o077;

/** Null when the variable is not set: the store then serves whoever reaches it, which is loopback only. */
export function readSharedSecret(): Result<SharedSecret | null, string> {
  const path = process.env[VARIABLE];
  if (path === undefined || path === "") return ok(null);
  try {
    const mode = statSync(path).mode & 0o777;
    if ((mode & OTHERS) !== 0) {
      const got = mode.toString(8).padStart(4, "0");
      return err(`${VARIABLE}: the file must be its owner's alone, got mode ${got}. Run chmod 600 ${path}.`);
    }
    const secret = SharedSecret.parse(readFileSync(path, "utf8"));
    if (secret.ok) return secret;
    return err(`${VARIABLE}: the secret in ${path} ${secret.error}. Fill it with openssl rand -hex 32.`);
  } catch (error) {
    return err(`${VARIABLE}: ${String(error)}. Name a file that holds the secret, or unset it.`);
  }
}
