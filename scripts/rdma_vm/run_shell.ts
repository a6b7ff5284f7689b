// A shell command that has to succeed.

import { err, ok, type Result } from "../../harness/domain/result.ts";

/** Its standard output; the error is what it said last. */
export function runShell(command: string, cwd: string): Result<string, string> {
  const run = Bun.spawnSync(["sh", "-ec", command], { cwd });
  if (run.exitCode !== 0) return err(`${command}: ${run.stderr.toString().trim().slice(-500)}`);
  return ok(run.stdout.toString());
}
