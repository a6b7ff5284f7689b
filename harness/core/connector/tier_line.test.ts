import { expect, test } from "bun:test";
import { failed, read } from "./connector_fixture.ts";
import { tierLine } from "./tier_line.ts";

test("spec §1.6: the line of vLLM's own test: one key from memory, one from disk, one of unknown tier that failed", () => {
  expect(tierLine("req-1", [read(256, "cpu"), read(256, "disk"), failed(-10)])).toBe(
    "Mooncake load tier summary: req_id=req-1 batch_keys=3 memory_keys=1 disk_keys=1 unknown_keys=1 " +
      "success_keys=2 failed_keys=1 bytes_by_tier={'memory': 256, 'disk': 256, 'unknown': 0}",
  );
});

test("spec §1.6: a failed key counts in its tier but brings no bytes", () => {
  const outcome = { code: -707, tier: "disk", remote: false, stale: false } as const;
  expect(tierLine("r", [outcome])).toContain(
    "memory_keys=0 disk_keys=1 unknown_keys=0 success_keys=0 failed_keys=1 bytes_by_tier={'memory': 0, 'disk': 0, 'unknown': 0}",
  );
});
