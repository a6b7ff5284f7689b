import { expect, test } from "bun:test";
import { existsSync, mkdirSync } from "node:fs";
import { checkSharedMemory, makeRuntimeDirs, sweepStaleDirs } from "./runtime_dirs.ts";

test("directories of a dead harness are swept, those of a living one stay", () => {
  const mine = makeRuntimeDirs();
  const dead = Bun.spawnSync(["true"]).pid;
  const stale = `/dev/shm/tierbench-${dead}-0`;
  mkdirSync(stale, { recursive: true });
  expect(sweepStaleDirs()).toBeGreaterThanOrEqual(1);
  expect(existsSync(stale)).toBe(false);
  expect(existsSync(mine.shm_dir)).toBe(true);
  mine.remove();
  expect(existsSync(mine.shm_dir)).toBe(false);
  expect(existsSync(mine.socket_dir)).toBe(false);
});

test("too little shared memory is an error that says what to lower", () => {
  expect(checkSharedMemory(4096).ok).toBe(true);
  const refused = checkSharedMemory(2 ** 60);
  expect(refused.ok ? "" : refused.error).toContain("store.segment_bytes");
});
