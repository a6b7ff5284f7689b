import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { assert } from "../../harness/domain/assert.ts";
import { benchCopy } from "./bench_copy.ts";

test("the copy bench moves real blocks, fails none and leaves nothing behind", async () => {
  const shm_folder = mkdtempSync("/dev/shm/tierbench-test-");
  const options = { shm_folder, piece_bytes: 16384, pieces: 4, rounds: 2, copy_threads: 1 };
  const figures = await benchCopy(options);
  assert(figures.ok, figures.ok ? "" : figures.error.detail);
  expect(figures.value.failed_ops).toBe(0);
  for (const figure of [
    "memcpy_bytes_per_s",
    "put_bytes_per_s",
    "get_bytes_per_s",
    "put_piece_ns_p50",
  ] as const) {
    expect(figures.value[figure]).toBeGreaterThan(0);
  }
  expect(readdirSync(shm_folder)).toEqual([]);
  const refused = await benchCopy({ ...options, pieces: 2 ** 36 });
  expect(refused.ok ? "" : refused.error.code).toBe("no_space");
  rmSync(shm_folder, { recursive: true });
});
