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

// As the parsers of the seed's logs have it.
const PARSER =
  /Mooncake load tier summary: req_id=(\S+) batch_keys=(\d+) memory_keys=(\d+) disk_keys=(\d+) unknown_keys=(\d+) success_keys=(\d+) failed_keys=(\d+) bytes_by_tier=\{'memory': (\d+), 'disk': (\d+), 'unknown': (\d+)\}/;

test("spec §1.6: whatever a GET came to, its line parses and its sums hold", () => {
  const outcomes = [
    read(1, "cpu"),
    read(2, "disk"),
    failed(-10),
    { code: 4, tier: null, remote: false, stale: false } as const,
    { code: -707, tier: "cpu", remote: true, stale: false } as const,
  ];
  for (let count = 1; count <= outcomes.length; count++) {
    const fields =
      PARSER.exec(tierLine("r", outcomes.slice(0, count)))
        ?.slice(2)
        .map(Number) ?? [];
    const [batch, memory, disk, unknown, success, failed_keys, ...bytes] = fields;
    expect(batch).toBe(count);
    expect(Number(memory) + Number(disk) + Number(unknown)).toBe(count);
    expect(Number(success) + Number(failed_keys)).toBe(count);
    // 1 from memory, 2 from disk, 4 of a tier that nobody told.
    const brought = outcomes.slice(0, count).reduce((sum, { code }) => sum + Math.max(0, code), 0);
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBe(brought);
  }
});
