import { expect, test } from "bun:test";
import { checkColdStart, coldStartFacts } from "./cold_start.ts";
import { samplesOf } from "./scrape_fixture.ts";

const COLD = { master_key_count: 0, master_allocated_bytes: 0, master_allocated_file_size_bytes: 0 };
const RUN = { arm: "hbm+cpu", pair_index: 1 };

test("an empty master and empty disk directories prove a cold start", () => {
  const facts = coldStartFacts(RUN, [samplesOf(COLD, "master")], [], 0);
  expect(checkColdStart([facts, facts])).toMatchObject({ ok: true });
});

test.each(Object.keys(COLD))("%s above zero at any master is a warm start, named with its arm", (name) => {
  const check = checkColdStart([
    coldStartFacts(RUN, [samplesOf(COLD, "master"), samplesOf({ ...COLD, [name]: 3 }, "master")], [], 0),
  ]);
  expect(check.ok).toBe(false);
  expect(check.detail).toBe(`hbm+cpu, pair 1: ${name.replace("master_", "")} is 3`);
});

test("an arm without a store is cold unless a file lies around", () => {
  expect(checkColdStart([coldStartFacts(RUN, [], [], 0)]).ok).toBe(true);
  expect(checkColdStart([coldStartFacts(RUN, [], [], 1)]).ok).toBe(false);
});

test("a file left in a disk tier is a warm start", () => {
  const check = checkColdStart([coldStartFacts(RUN, [samplesOf(COLD, "master")], [], 2)]);
  expect(check).toMatchObject({ ok: false, detail: "hbm+cpu, pair 1: disk_files is 2" });
});

test("what could not be read is no proof", () => {
  expect(checkColdStart([coldStartFacts(RUN, [null], [], 0)]).ok).toBe(false);
  const { master_key_count: _, ...rest } = COLD;
  expect(checkColdStart([coldStartFacts(RUN, [samplesOf(rest, "master")], [], 0)]).detail).toContain(
    "a master does not export master_key_count",
  );
  expect(
    checkColdStart([coldStartFacts(RUN, [samplesOf(COLD, "master")], [], { na: "no such directory" })]).ok,
  ).toBe(false);
  expect(checkColdStart([]).ok).toBe(false);
});

test("an engine's own pool that holds a block is warm, and one that cannot be asked is no proof", () => {
  const pool = (cpu_keys: number, disk_keys: number) =>
    samplesOf(
      { "tierbench:native_cpu_keys": cpu_keys, "tierbench:native_disk_keys": disk_keys },
      "prefill-0",
    );
  expect(checkColdStart([coldStartFacts(RUN, [], [pool(0, 0)], 0)]).ok).toBe(true);
  expect(checkColdStart([coldStartFacts(RUN, [], [pool(0, 0), pool(0, 2)], 0)]).detail).toContain("2");
  expect(checkColdStart([coldStartFacts(RUN, [], [null], 0)]).ok).toBe(false);
});
