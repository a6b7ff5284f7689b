import { expect, test } from "bun:test";
import { parseTierLine } from "./tier_line.ts";

function line(keys: string, bytes = "{'memory': 256, 'disk': 256, 'unknown': 0}"): string {
  return `INFO 01-02 03:04:05 Mooncake load tier summary: req_id=cmpl-7-0 ${keys} bytes_by_tier=${bytes}`;
}

test("upstream's case: two keys read from two tiers, one failed and unknown", () => {
  const keys = "batch_keys=3 memory_keys=1 disk_keys=1 unknown_keys=1 success_keys=2 failed_keys=1";
  expect(parseTierLine(line(keys))).toEqual({
    ok: true,
    value: {
      req_id: "cmpl-7-0",
      batch_keys: 3,
      memory_keys: 1,
      disk_keys: 1,
      unknown_keys: 1,
      success_keys: 2,
      failed_keys: 1,
      bytes_by_tier: { memory: 256, disk: 256, unknown: 0 },
    },
  });
});

test("other lines of the log are none of its business", () => {
  expect(parseTierLine("INFO engine started")).toBeNull();
});

test.each([
  [
    "batch_keys=3 memory_keys=1 disk_keys=1 unknown_keys=0 success_keys=2 failed_keys=1",
    "keys_do_not_add_up",
  ],
  [
    "batch_keys=3 memory_keys=1 disk_keys=1 unknown_keys=1 success_keys=3 failed_keys=1",
    "results_do_not_add_up",
  ],
  ["batch_keys=3 memory_keys=1", "malformed"],
])("%s is %s", (keys, code) => {
  expect(parseTierLine(line(keys))).toEqual({ ok: false, error: { code: code as never, line: line(keys) } });
});
