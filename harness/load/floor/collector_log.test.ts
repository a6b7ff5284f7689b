import { expect, test } from "bun:test";
import { collectorPauses, LOAD_BEGINS } from "./collector_log.ts";

const EDEN =
  "[GC<0x5b>: START M 28002kb => EdenCollection, a=0kb mu=0.600 v=466kb (C:314 M:0) => 16244kb, p=0.5ms (max 1.5), cycle 0.4ms END]\nGC END!\n[GC<0x5b>: epilogue 0.006ms]\n";
const FULL = [
  "Requesting GC because bytes allocated this cycle: 8399176 exceed bytes allowed: 8388608\n",
  "[GC<0x5b>: START M 31769kb => FullCollection, a=0kb v=0kb 90+0 p=1.25ms (max 1.5)...]\n",
  "[GC<0x5b>: M a=16kb v=3200kb 0+33 => 14000kb, p=2ms (max 2.0), cycle 9.1ms END]\nGC END!\n",
].join("");

test("stops count from the load's own first collection on, each of a collection's", () => {
  const log = `${EDEN}${FULL}${LOAD_BEGINS}\n${EDEN}${FULL}${EDEN}${FULL}${EDEN}`;
  expect(collectorPauses(log)).toEqual([0.5, 1.25, 2, 0.5]);
});

test("a load in which nothing is collected has no stops", () => {
  expect(collectorPauses(`${EDEN}${LOAD_BEGINS}\n${FULL}`)).toEqual([]);
});

test("a log without the mark, or without the load's own collection, says nothing", () => {
  expect(collectorPauses(EDEN + FULL)).toBeNull();
  expect(collectorPauses(`${FULL}${LOAD_BEGINS}\n${EDEN}`)).toBeNull();
});

test("the log of this Bun is read: one stop for a whole collection that the program asks for", async () => {
  const program = `
    require("node:fs").writeSync(2, "${LOAD_BEGINS}\\n");
    Bun.gc(true);
    Bun.gc(true);
  `;
  const child = Bun.spawn([process.execPath, "-e", program], {
    env: { BUN_JSC_logGC: "1" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const pauses = collectorPauses(await new Response(child.stderr).text()) ?? [];
  expect(await child.exited).toBe(0);
  expect(pauses.length).toBeGreaterThanOrEqual(1);
  expect(pauses.every((pause_ms) => pause_ms > 0)).toBe(true);
});
