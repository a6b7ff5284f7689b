// A stack of this project as the server of bench --endpoint: what is said from outside agrees with its inside.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { present } from "../../domain/assert.ts";
import { scrape } from "../../launch/scrape.ts";
import { ENGINE_SERIES } from "../../measure/metric_names.ts";
import { parsePrometheusText, type Samples } from "../../measure/prometheus_text.ts";
import type { LiveStack } from "../live/live_stack.ts";
import { startLiveStack } from "../live/live_stack_fixture.ts";
import { BenchRuns, readFinishedRun } from "./bench_fixture.ts";

setDefaultTimeout(180_000);

const directory = mkdtempSync(join(tmpdir(), "tb-endpoint-"));
const runs = new BenchRuns();
let stack: LiveStack;

beforeAll(async () => {
  stack = await startLiveStack(directory, {
    topology: "1e",
    engine: { num_hbm_blocks: 16 },
    workload: { name: "multi_turn", turns: 2, input_tokens: 96, turn_input_tokens: 32, output_tokens: 4 },
    store: { segment_bytes: "16MiB" },
  });
});

afterAll(async () => {
  await stack.stop();
  runs[Symbol.dispose]();
  rmSync(directory, { recursive: true, force: true });
});

function urlOf(kind: string): string {
  return present(stack.members.find((member) => member.kind === kind)?.url, `the stack has a ${kind}`);
}

async function engineSamples(): Promise<Samples> {
  const text = await scrape(`${urlOf("engine")}/metrics`);
  if (!text.ok) throw new Error(text.error.detail);
  const samples = parsePrometheusText(text.value);
  if (!samples.ok) throw new Error(samples.error.detail);
  return samples.value;
}

test("hits by tier are the engine's own, and the master proves the server empty after the reset", async () => {
  const before = await engineSamples();
  const bench = runs.start(
    ...[
      "--endpoint",
      urlOf("router"),
      "--reset-url",
      `${urlOf("engine")}/reset_prefix_cache?reset_external=true`,
    ],
    ...["--metrics", `${urlOf("engine")}/metrics`, "--metrics", `${urlOf("master")}/metrics`],
    // 6 conversations of 2 turns, one after the other, in an HBM of 16 blocks: 256 tokens. Prompts of 96, then 132 tokens.
    ...["--workload", "multi_turn", "--set", "workload.sessions=6", "--set", "workload.turns=2"],
    ...["--set", "workload.input_tokens=96", "--set", "workload.turn_input_tokens=32"],
    ...["--set", "workload.output_tokens=4", "--set", "workload.delay_ms=20", "--set", "load.concurrency=6"],
  );
  await bench.exited;
  const { summary, records } = readFinishedRun(bench.out_dir);
  const after = await engineSamples();
  const arm = present(summary?.arms[0], "the run has an arm");
  expect(arm.errors).toBe(0);
  for (const tier of ["hbm", "cpu", "disk"] as const) {
    const counted = (samples: Samples): number => samples.sum(ENGINE_SERIES.cached_tokens, { tier }) ?? 0;
    expect(arm.tiers[tier].hit_tokens).toBe(counted(after) - counted(before));
  }
  expect(1 - Number(arm.tiers.miss.ratio)).toBeGreaterThan(0);
  expect(records.map(({ input_tokens }) => input_tokens).sort()).toEqual([
    ...Array(6).fill(132),
    ...Array(6).fill(96),
  ]);
  const outcome = (words: string) => summary?.validity.find(({ check }) => check.includes(words));
  expect(outcome("holds nothing at the start")).toMatchObject({ ok: true });
  expect(outcome("no others")).toMatchObject({
    ok: true,
    detail: "server: 12 at the server, 12 at the client",
  });
});
