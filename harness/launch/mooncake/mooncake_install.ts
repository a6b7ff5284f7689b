// Where the pinned Mooncake wheel is installed (scripts/install_mooncake puts it under .tools/), or what the user names with
// TIERBENCH_MOONCAKE: the directory of a virtual environment that has it.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { err, ok, type Result } from "../../domain/result.ts";

const ROOT = join(import.meta.dir, "../../..");

export function findMooncake(): Result<string, string> {
  const named = process.env["TIERBENCH_MOONCAKE"];
  if (named !== undefined && named !== "") return checkVenv(named, "TIERBENCH_MOONCAKE");
  const version = readFileSync(join(ROOT, "scripts/mooncake_version"), "utf8").trim();
  const venv = join(ROOT, ".tools", `mooncake-${version}`);
  if (existsSync(join(venv, ".complete"))) return ok(venv);
  return err(`Mooncake ${version} is not installed. Run scripts/install_mooncake.`);
}

/** The binary itself: the script of the same name in bin/ would be a parent that signals do not pass. */
export function mooncakeBinary(venv: string, name: "mooncake_master" | "mooncake_client"): string {
  const [found] = [...new Bun.Glob(`lib/python3*/site-packages/mooncake/${name}`).scanSync(venv)];
  return found === undefined ? join(venv, "bin", name) : join(venv, found);
}

export function mooncakePython(venv: string): string {
  return join(venv, "bin/python");
}

/** The variable that names the user's own build of Mooncake's C interface. */
export const LIBRARY_VARIABLE = "TIERBENCH_MOONCAKE_LIBRARY";

/** What holds a requester: the wheel's Python, or Bun on the library that the user names. `inherited`: this process's variables. */
export function requesterArgv(
  venv: string,
  inherited: { readonly [name: string]: string | undefined } = process.env,
): readonly string[] {
  const library = inherited[LIBRARY_VARIABLE] ?? "";
  const stack = join(ROOT, "harness/stack/mooncake");
  return library === ""
    ? [mooncakePython(venv), join(stack, "mooncake_requester.py")]
    : [process.execPath, join(stack, "mooncake_library_requester.ts"), library];
}

function checkVenv(venv: string, source: string): Result<string, string> {
  if (existsSync(join(venv, "bin/python"))) return ok(venv);
  return err(`${source}: must be a virtual environment with Mooncake, got ${venv}, which has no bin/python.`);
}
