import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../harness/clock/random.ts";
import { TraceFile } from "../import/trace_file.ts";
import { BlockTable } from "./block_table.ts";
import { HitCurve } from "./hit_curve.ts";

interface Request {
  readonly blocks: readonly number[];
  readonly input_tokens: number;
}

/** The model by itself: an LRU list, looked up for a whole prompt and then used from its last block to its first. */
function simulate(requests: readonly Request[], capacity_blocks: number): number {
  // Insertion order is recency: the first key is the oldest.
  const cache = new Map<number, true>();
  let hits = 0;
  let references = 0;
  for (const { blocks } of requests) {
    references += blocks.length;
    for (const block of blocks) {
      if (!cache.has(block)) break;
      hits++;
    }
    for (const block of blocks.toReversed()) {
      cache.delete(block);
      cache.set(block, true);
      const oldest = cache.keys().next().value;
      if (cache.size > capacity_blocks && oldest !== undefined) cache.delete(oldest);
    }
  }
  return hits / references;
}

function curveOf(requests: readonly Request[], block_tokens: number): HitCurve {
  const curve = new HitCurve(block_tokens);
  for (const { blocks, input_tokens } of requests) curve.add(blocks, input_tokens);
  return curve;
}

const prompt = (...blocks: number[]): Request => ({ blocks, input_tokens: 10 * blocks.length });

test("a block hits from the capacity on that reaches back to its last use", () => {
  // Order after the first request, latest first: 0 1 2; after the second: 0 3 1 2. So the third finds 0 at rank 1, 1 at 3, 2 at 4.
  const curve = curveOf([prompt(0, 1, 2), prompt(0, 3), prompt(0, 1, 2)], 10);
  // Second request: 0 at rank 1. Of 8 blocks: 2 from capacity 1, one more from 3, one more from 4.
  expect([1, 2, 3, 4, 100].map((blocks) => curve.at(10 * blocks).block_ratio)).toEqual(
    [2, 2, 3, 4, 4].map((hits) => hits / 8),
  );
  expect(curve.largest_useful_blocks).toBe(4);
  expect([0.5, 0.75, 1].map((share) => curve.capacityTokensFor(share))).toEqual([10, 30, 40]);
  expect(curve.at(9).block_ratio).toBe(0); // no whole block
});

test("a partial last block counts its own tokens", () => {
  const request = { blocks: [0, 1], input_tokens: 13 };
  // 26 prompt tokens; the second request hits 10 from one block on and 13 from two.
  const curve = curveOf([request, request], 10);
  expect([10, 20].map((tokens) => curve.at(tokens).token_ratio)).toEqual([10 / 26, 13 / 26]);
});

test("behind a missing block nothing is hit, and cached blocks there are counted apart", () => {
  const curve = curveOf([prompt(0, 1), prompt(2, 1)], 10);
  expect(curve.unbounded().block_ratio).toBe(0);
  expect(curve.unchained_hits).toBe(1);
});

test("the curve is what a simulation gives at every capacity: all traces of three prompts over a small tree", () => {
  // Chained: block 1 and 2 are behind 0, block 4 behind 1; 3 is another root.
  const paths = [[0], [0, 1], [0, 2], [0, 1, 4], [3]];
  let traces = 0;
  for (const a of paths) {
    for (const b of paths) {
      for (const c of paths) {
        const requests = [prompt(...a), prompt(...b), prompt(...c), prompt(...a)];
        const curve = curveOf(requests, 10);
        for (let blocks = 1; blocks <= 6; blocks++) {
          expect(curve.at(10 * blocks).block_ratio).toBe(simulate(requests, blocks));
        }
        traces++;
      }
    }
  }
  expect(traces).toBe(125);
});

test.each([1, 2, 3, 4, 5, 6])("and on random traces, chained or not (seed %i)", (seed) => {
  const random = new Random(seed);
  const is_chained = seed % 2 === 0;
  const requests = Array.from({ length: 120 }, () => {
    const length = 1 + random.below(5);
    let node = 0;
    const blocks = Array.from({ length }, (_, depth) => {
      if (!is_chained) return depth * 10 + random.below(10);
      node = 3 * node + 1 + random.below(3);
      return node;
    });
    return prompt(...blocks);
  });
  const curve = curveOf(requests, 10);
  for (let blocks = 1; blocks < 200; blocks += 1 + Math.floor(blocks / 8)) {
    expect(curve.at(10 * blocks).block_ratio).toBe(simulate(requests, blocks));
  }
  expect(curve.unchained_hits > 0).toBe(!is_chained);
});

const TRACE = join(import.meta.dir, "../../../shared/traces/mooncake_conversation.jsonl");

test.skipIf(!existsSync(TRACE))(
  `on the published conversation trace it agrees with the simulation, and its ceiling is 0.3664 (skipped without ${TRACE})`,
  () => {
    const file = TraceFile.open({
      path: TRACE,
      format: null,
      block_tokens: null,
      on_error: "fail",
      limit: null,
      seed: 1,
    });
    if (!file.ok) throw new Error("the trace opens");
    const table = new BlockTable();
    const requests: Request[] = [];
    file.value.read(({ hash_ids, input_tokens }) => {
      requests.push({ blocks: (hash_ids ?? []).map((id) => table.number(id)), input_tokens });
    });
    const curve = curveOf(requests, 512);
    expect(curve.unbounded().block_ratio).toBeCloseTo(0.3664, 4);
    expect(curve.unchained_hits).toBe(0);
    for (const blocks of [2_000, 8_192, 31_434]) {
      expect(curve.at(512 * blocks).block_ratio).toBe(simulate(requests, blocks));
    }
  },
  60_000,
);
