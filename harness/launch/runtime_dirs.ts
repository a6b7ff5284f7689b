// Directories that live only as long as a stack: sockets under /tmp (a unix socket's path is at most 107 bytes) and shared
// memory under /dev/shm. Each carries the pid of its harness, so that what a SIGKILLed harness left is swept at the next start.

import { mkdirSync, readdirSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "../domain/result.ts";
import { formatBytes } from "../domain/units.ts";

const PREFIX = "tierbench-";
const SHM_ROOT = "/dev/shm";

export interface RuntimeDirs {
  readonly socket_dir: string;
  readonly shm_dir: string;
  remove(): void;
}

let made = 0;

export function makeRuntimeDirs(): RuntimeDirs {
  const name = `${PREFIX}${process.pid}-${made++}`;
  const socket_dir = join(tmpdir(), name);
  const shm_dir = join(SHM_ROOT, name);
  mkdirSync(socket_dir, { recursive: true, mode: 0o700 });
  mkdirSync(shm_dir, { recursive: true, mode: 0o700 });
  return {
    socket_dir,
    shm_dir,
    remove: () => {
      rmSync(socket_dir, { recursive: true, force: true });
      rmSync(shm_dir, { recursive: true, force: true });
    },
  };
}

/** Removes directories of harnesses that no longer run; returns how many. */
export function sweepStaleDirs(): number {
  let swept = 0;
  for (const root of [tmpdir(), SHM_ROOT]) {
    for (const name of readdirSync(root)) {
      const pid = Number(new RegExp(`^${PREFIX}(\\d+)-\\d+$`).exec(name)?.[1]);
      if (!Number.isInteger(pid) || isAlive(pid)) continue;
      rmSync(join(root, name), { recursive: true, force: true });
      swept++;
    }
  }
  return swept;
}

/** Shared memory is found missing here, not by a SIGBUS in the middle of a run. */
export function checkSharedMemory(needed_bytes: number): Result<void, string> {
  const { bavail, bsize } = statfsSync(SHM_ROOT);
  const free_bytes = bavail * bsize;
  if (needed_bytes <= free_bytes) return ok(undefined);
  return err(
    `${SHM_ROOT}: must have ${formatBytes(needed_bytes)} free for segments and block pools, got ${formatBytes(free_bytes)}. ` +
      "Lower store.segment_bytes or engine.num_hbm_blocks with --set, or enlarge it: mount -o remount,size=<bytes> /dev/shm.",
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
