import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../harness/clock/random.ts";
import { present } from "../../harness/domain/assert.ts";
import { TraceInspector } from "../inspect/trace_inspector.ts";
import type { TraceRequest } from "../trace/trace_request.ts";
import { TraceFixture } from "../trace_fixture.ts";
import { listFamilies } from "./family_list.ts";
import { FittedTrace } from "./fitted_trace.ts";
import { traceDistance } from "./trace_distance.ts";
import { TraceFit } from "./trace_fit.ts";

function fitOf(requests: readonly TraceRequest[], block_tokens: number | null): TraceFit {
  const fit = new TraceFit(block_tokens);
  for (const request of requests) fit.add(request);
  return fit;
}

function synthesise(fit: TraceFit, requests: number, seed: number): TraceRequest[] {
  return new FittedTrace(fit, requests, new Random(seed))
    .requests()
    .map(({ at_ns, input_tokens, output_tokens, hash_ids }) => ({
      at_ns,
      delay_ns: null,
      input_tokens,
      output_tokens,
      hash_ids: hash_ids === null ? null : Array.from(hash_ids),
      session_id: null,
    }))
    .toArray();
}

function inspect(requests: readonly TraceRequest[], block_tokens: number | null) {
  const inspector = new TraceInspector(block_tokens);
  for (const request of requests) inspector.add(request);
  return inspector.finish();
}

const request = (at_ms: number, input_tokens: number, hash_ids: readonly number[] | null): TraceRequest => ({
  at_ns: at_ms * 1e6,
  delay_ns: null,
  input_tokens,
  output_tokens: input_tokens,
  hash_ids,
  session_id: null,
});

test("a session is a family, told as places in it, and a common opening makes none", () => {
  // Block 0 opens all ten prompts: more than 8. Requests 0, 1 and 3 are a session behind it.
  const others = Array.from({ length: 6 }, (_, i) => request(10 + i, 12, [0, 100 + i]));
  const fit = fitOf(
    [
      request(0, 20, [0, 1]),
      request(1, 25, [0, 1, 2]),
      request(2, 12, [0, 9]),
      request(3, 31, [0, 1, 3, 4]),
      ...others,
    ],
    10,
  );
  const families = listFamilies(fit);
  expect(families[0]).toEqual({ requests: [0, 1, 3], relatives: [-1, 0, 1], opening: [0] });
  expect(families.length).toBe(8);
});

test("every request of a trace without sharing is made again, and times are its gaps", () => {
  const fit = fitOf([request(0, 5, null), request(7, 5, null), request(14, 5, null)], null);
  const made = synthesise(fit, 4, 1);
  expect(made.map(({ at_ns, input_tokens, hash_ids }) => [at_ns, input_tokens, hash_ids])).toEqual(
    [0, 7, 14, 21].map((at_ms) => [at_ms * 1e6, 5, null]),
  );
});

test("one request is enough; the same seed makes the same trace and another seed another", () => {
  const single = fitOf([request(3, 15, [4, 5])], 10);
  expect(synthesise(single, 3, 1).map(({ hash_ids }) => hash_ids)).toEqual([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  const random = new Random(8);
  const fit = fitOf(
    Array.from({ length: 300 }, (_, i) => request(10 * i, 10 + random.below(50), null)),
    null,
  );
  expect(synthesise(fit, 300, 5)).toEqual(synthesise(fit, 300, 5));
  expect(synthesise(fit, 300, 5)).not.toEqual(synthesise(fit, 300, 6));
});

const TRACES = join(import.meta.dir, "../../../shared/traces");
const NAMES = ["mooncake_conversation.jsonl", "mooncake_synthetic.jsonl"] as const;

test
  .skipIf(!existsSync(TRACES))
  .each(NAMES.flatMap((name) => [1, 2, 3].map((seed) => [name, seed] as const)))(
  `%s, seed %i: the hit curve is within 2 points at every capacity, and distributions within 0.03 (skipped without ${TRACES})`,
  (name, seed) => {
    using fixture = new TraceFixture();
    const { requests } = fixture.readFile(join(TRACES, name));
    const made = synthesise(fitOf(requests, 512), requests.length, seed);
    for (const { hash_ids, input_tokens } of made)
      expect(hash_ids?.length).toBe(Math.ceil(input_tokens / 512));
    const { ks, hit_curve } = traceDistance(inspect(requests, 512), inspect(made, 512));
    expect(present(hit_curve, "both have contents").points).toBeLessThan(2);
    for (const distance of Object.values(ks)) expect(present(distance, "both tell")).toBeLessThan(0.03);
    // It is not the original over again: other requests stand side by side.
    const same_place = made.filter((one, i) => one.input_tokens === requests[i]?.input_tokens).length;
    expect(same_place / made.length).toBeLessThan(0.1);
  },
);
