// The C++ unit tests compiled for arm64 and run under qemu-user: GB200 hosts are arm64, and code that is right only under x86's
// memory order or vector instructions is wrong there. Linked statically, so that no arm64 system is needed.

import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { Compiler } from "../ffi/compiler.ts";

export interface Arm64Tools {
  readonly compiler: Compiler;
  /** Runs an arm64 program on this machine. */
  readonly emulator: string;
}

const COMPILER = "aarch64-linux-gnu-g++";
const EMULATORS = ["qemu-aarch64-static", "qemu-aarch64"];

/** What is missing, and the packages of Debian that have it. */
export function findArm64Tools(): Result<Arm64Tools, string> {
  const path = Bun.which(COMPILER);
  if (path === null) return err(`no ${COMPILER}: apt-get install g++-aarch64-linux-gnu`);
  const emulator = EMULATORS.map((name) => Bun.which(name)).find((found) => found !== null);
  if (emulator === undefined) return err("no qemu-aarch64: apt-get install qemu-user-static");
  const version = Bun.spawnSync([path, "--version"]).stdout.toString().trim();
  return ok({ compiler: { path, version }, emulator });
}
