import { expect, test } from "bun:test";
import { Random } from "../../../harness/clock/random.ts";
import type { PresetName } from "../../../harness/config/preset_name.ts";
import { PRESET_NAMES } from "../../../harness/config/preset_name.ts";
import { present } from "../../../harness/domain/assert.ts";
import type { TraceInspection } from "../../inspect/trace_inspection.ts";
import { TraceInspector } from "../../inspect/trace_inspector.ts";
import { plannedTrace } from "../planned_trace.ts";
import { SESSION_PRESETS, sessionPreset } from "./preset_registry.ts";

function inspect(name: PresetName, requests: number, seed = 1): TraceInspection {
  const inspector = new TraceInspector(512);
  const made = plannedTrace(sessionPreset(name).plans(new Random(seed)), 512).take(requests);
  for (const { hash_ids, ...request } of made) {
    const ids = Array.from(present(hash_ids, "presets have contents"));
    inspector.add({ ...request, hash_ids: ids, delay_ns: null, session_id: null });
  }
  return inspector.finish();
}

const hits = ({ contents }: TraceInspection) => present(contents, "presets have contents").curve;

test("every name has its preset", () => {
  expect(SESSION_PRESETS.map(({ name }) => name)).toEqual([...PRESET_NAMES]);
});

test.each([
  // Requests, mean input and output, seconds, and hits of an unbounded cache as published for Mooncake's traces.
  ["conversation_like", 12_031, 12_035, 343, 3_537, 0.366],
  ["toolagent_like", 23_608, 8_596, 182, 3_600, 0.59],
] as const)(
  "%s has the published means within 8 %% and hits within 3 points",
  (name, n, input, output, span_s, ratio) => {
    const { input_tokens, output_tokens, arrivals, ...made } = inspect(name, n);
    expect(Math.abs(input_tokens / n / input - 1)).toBeLessThan(0.08);
    expect(Math.abs(output_tokens / n / output - 1)).toBeLessThan(0.08);
    expect(Math.abs((arrivals?.last_s ?? 0) / span_s - 1)).toBeLessThan(0.08);
    expect(
      Math.abs(hits({ input_tokens, output_tokens, arrivals, ...made }).unbounded().block_ratio - ratio),
    ).toBeLessThan(0.03);
  },
);

test("agentic: 20K shared, 10K first, 2,048 a turn, 900 answered, 30 turns", () => {
  const plan = sessionPreset("agentic").plans(new Random(1)).next().value;
  const { input_tokens } = inspect("agentic", 1).samples;
  expect(input_tokens[0]).toBe(30_000);
  expect(plan.turns.map(({ new_tokens, output_tokens }) => [new_tokens, output_tokens])).toEqual(
    Array.from({ length: 30 }, (_, turn) => [turn === 0 ? 10_000 : 2_048, 900]),
  );
  // Two sessions share the whole blocks of 20,000 tokens, and no more: 39 × 512.
  const [first, second] = plannedTrace(
    sessionPreset("agentic")
      .plans(new Random(1))
      .map((one) => ({ ...one, turns: one.turns.slice(0, 1) })),
    512,
  )
    .take(2)
    .map(({ hash_ids }) => Array.from(hash_ids ?? []))
    .toArray();
  expect(first?.findIndex((id, j) => id !== second?.[j])).toBe(39);
});

test("prefill_only_multiturn: 80 clients send each round together, answered with one token", () => {
  const { samples, arrivals, output_tokens } = inspect("prefill_only_multiturn", 800);
  expect(output_tokens).toBe(800);
  expect(samples.gap_ms.filter((gap_ms) => gap_ms > 0).length).toBe(9);
  expect(arrivals?.last_s).toBe(270);
  // Round 9 ends a prompt of 10 × 2,048 tokens and 9 answers.
  expect(samples.input_tokens.at(-1)).toBe(20_489);
});

test("long_document_qa: every document is read twice, so that half of the reads can hit", () => {
  const made = inspect("long_document_qa", 1_600);
  // 39 of 40 blocks are the document's: ratio 39 / 80.
  expect(hits(made).unbounded().block_ratio).toBeCloseTo(39 / 80, 3);
});

test("rag: popular chunks are found again behind the same instructions", () => {
  const made = inspect("rag", 4_000);
  // The instructions are 2 of 13 blocks; a good part of the rest is shared too.
  const ratio = hits(made).unbounded().block_ratio;
  expect(ratio).toBeGreaterThan(0.25);
  expect(ratio).toBeLessThan(0.6);
});

test("tier_pressure: LRU hits a factor-th of the contexts at the tier's size", () => {
  const made = inspect("tier_pressure", 20_000);
  // 16 of 17 blocks are the context's, and the cache holds the questions too: 1/3 × (16/17)² = 0.295.
  expect(Math.abs(hits(made).at(2_000_000).block_ratio - 0.295)).toBeLessThan(0.01);
});
