import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TraceRequest } from "../trace/trace_request.ts";
import { TraceFixture } from "../trace_fixture.ts";
import type { TraceInspection } from "./trace_inspection.ts";
import { TraceInspector } from "./trace_inspector.ts";

function inspect(requests: readonly TraceRequest[], block_tokens: number | null): TraceInspection {
  const inspector = new TraceInspector(block_tokens);
  for (const request of requests) inspector.add(request);
  return inspector.finish();
}

const request = (at_s: number, input_tokens: number, hash_ids: readonly number[] | null): TraceRequest => ({
  at_ns: at_s * 1e9,
  delay_ns: null,
  input_tokens,
  output_tokens: 2,
  hash_ids,
  session_id: null,
});

test("counts, arrivals, sharing and reuse of a small trace", () => {
  // Blocks of 10. The second shares block 7 (last used 1 s before), the third 7 and 8 (3 s and two requests before).
  const inspection = inspect([request(0, 20, [7, 8]), request(1, 15, [7, 9]), request(3, 25, [7, 8, 5])], 10);
  expect(inspection).toMatchObject({ requests: 3, input_tokens: 60, output_tokens: 6 });
  expect(inspection.arrivals).toMatchObject({ first_s: 0, last_s: 3, requests_per_s: 1, out_of_order: 0 });
  expect(inspection.arrivals?.gap_cv).toBeCloseTo(1 / 3, 10); // gaps 1 and 2: deviation 0.5, mean 1.5
  expect(inspection.contents?.sharing).toEqual({
    references: 7,
    distinct: 4,
    shared: 2,
    roots: 1,
    forks: 1,
    leaves: 2,
    deepest: 3,
    levels: [
      { depth: 1, prompts: 3, distinct: 1, shared: 1 },
      { depth: 2, prompts: 3, distinct: 2, shared: 1 },
      { depth: 3, prompts: 1, distinct: 1, shared: 0 },
    ],
    openings: [{ hash_id: 7, requests: 3, blocks: 2 }],
  });
  expect([...inspection.samples.shared_tokens]).toEqual([0, 10, 20]);
  expect([...inspection.samples.reuse_requests]).toEqual([1, 2]);
  expect([...inspection.samples.reuse_s]).toEqual([1, 3]);
  expect(inspection.sessions).toEqual({ count: 2, source: "found" });
});

test("what a trace does not tell is absent, not 0", () => {
  const untimed = { ...request(0, 5, null), at_ns: null };
  const inspection = inspect([untimed, untimed], null);
  expect([inspection.arrivals, inspection.contents, inspection.sessions]).toEqual([null, null, null]);
  expect(inspection.samples.turns.length).toBe(0);
});

test("named sessions are counted by name, and rows behind a later one are seen", () => {
  const named = (at_s: number, session_id: string) => ({ ...request(at_s, 5, null), session_id });
  const inspection = inspect([named(0, "a"), named(5, "b"), named(4, "a")], null);
  expect(inspection.sessions).toEqual({ count: 2, source: "named" });
  expect([...inspection.samples.turns]).toEqual([2, 1]);
  expect([...inspection.samples.gap_ms]).toEqual([4_000, 1_000]);
  expect(inspection.arrivals?.out_of_order).toBe(1);
});

const TRACES = join(import.meta.dir, "../../../shared/traces");

test.skipIf(!existsSync(TRACES)).each([
  ["mooncake_conversation.jsonl", 288_500, 182_790],
  ["mooncake_synthetic.jsonl", 121_877, 43_924],
] as const)(`%s has its published blocks (skipped without ${TRACES})`, (name, references, distinct) => {
  using fixture = new TraceFixture();
  const inspection = inspect(fixture.readFile(join(TRACES, name)).requests, 512);
  expect(inspection.contents?.sharing).toMatchObject({ references, distinct });
  // Where ids are chained, an unbounded cache misses each distinct block once.
  const ratio = inspection.contents?.curve.unbounded().block_ratio;
  expect(ratio).toBeCloseTo(1 - distinct / references, 12);
});
