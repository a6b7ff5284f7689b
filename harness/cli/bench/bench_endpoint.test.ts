// Servers that run already, measured from outside: a fake vLLM, and a stack of this project whose inside is known.

import { afterAll, expect, setDefaultTimeout, test } from "bun:test";
import type { RunSummary, ValidityCheck } from "../../measure/run_summary.ts";
import { FakeVllm } from "../endpoint/fake_vllm_fixture.ts";
import { BenchRuns, readFinishedRun } from "./bench_fixture.ts";

setDefaultTimeout(180_000);

const runs = new BenchRuns();
afterAll(() => runs[Symbol.dispose]());

/** 4 conversations of 2 turns: prompts of 64, then 64 + 4 + 32 tokens. */
const SMALL = [
  ...["--workload", "multi_turn", "--set", "workload.sessions=4", "--set", "workload.turns=2"],
  ...["--set", "workload.input_tokens=64", "--set", "workload.turn_input_tokens=32"],
  ...["--set", "workload.output_tokens=4", "--set", "workload.delay_ms=20", "--set", "load.concurrency=2"],
];
const PLAIN = { tells_cached_tokens: true, fail_every: 0, api_key: null };

async function measure(...argv: readonly string[]) {
  const bench = runs.start(...argv, ...SMALL);
  const exit_code = await bench.exited;
  const { stdout, stderr } = await bench.output();
  return { exit_code, stdout, stderr, bench };
}

function checkOf(summary: RunSummary | null, words: string): ValidityCheck | undefined {
  return summary?.validity.find(({ check }) => check.includes(words));
}

/** Those on timing say something of the machine that runs this test. */
function failedChecks(summary: RunSummary | null): readonly ValidityCheck[] {
  const timing = /schedule lag|token events at once|clear of this machine's floor/;
  return summary?.validity.filter(({ check, ok }) => ok === false && !timing.test(check)) ?? [];
}

test("a server's own usage says what was cached; what cannot be seen from outside is n/a, not passed", async () => {
  await using server = new FakeVllm(PLAIN);
  const { bench } = await measure("--endpoint", server.url);
  const { summary, manifest, records } = readFinishedRun(bench.out_dir);
  expect(failedChecks(summary)).toEqual([]);
  expect(records.every(({ error, input_tokens }) => error === null && [64, 100].includes(input_tokens))).toBe(
    true,
  );
  // Of each second prompt of 100 tokens, 64 stood in the first: 4 × 64 of 4 × 164.
  const arm = summary?.arms[0];
  expect(arm?.name).toBe("server");
  expect(arm?.tiers.miss).toEqual({ tokens: 4 * 100, ratio: 400 / 656 });
  expect(arm?.tiers.cpu.hit_tokens).toMatchObject({ na: expect.stringContaining("no engine's metrics") });
  expect(checkOf(summary, "empty at the start")).toMatchObject({ ok: null });
  expect(checkOf(summary, "stale or corrupt")).toMatchObject({ ok: null });
  expect(manifest.arms[0]?.config).toMatchObject({ endpoint: { url: server.url, model: "fake-8b" } });
  expect(manifest.arms[0]?.config).not.toHaveProperty("store");
});

test("where usage is silent, the metrics of the engine tell hits, and that nobody else was served", async () => {
  await using server = new FakeVllm({ ...PLAIN, tells_cached_tokens: false });
  const { bench } = await measure("--endpoint", server.url, "--metrics", `${server.url}/metrics`);
  const { summary } = readFinishedRun(bench.out_dir);
  expect(failedChecks(summary)).toEqual([]);
  expect(summary?.arms[0]?.tiers.hbm.hit_tokens).toBe(4 * 64);
  expect(summary?.arms[0]?.tiers.miss.tokens).toBe(4 * 100);
  expect(checkOf(summary, "no others")).toMatchObject({
    ok: true,
    detail: "server: 8 at the server, 8 at the client",
  });
});

test("two servers are compared in balanced order, each emptied before each run", async () => {
  await using before = new FakeVllm(PLAIN);
  await using after = new FakeVllm(PLAIN);
  const { bench } = await measure(
    ...["--endpoint", `before=${before.url}`, "--endpoint", `after=${after.url}`, "--pairs", "2"],
    ...[
      "--reset-url",
      `before=${before.url}/reset_prefix_cache`,
      "--reset-url",
      `after=${after.url}/reset_prefix_cache`,
    ],
  );
  const { summary } = readFinishedRun(bench.out_dir);
  expect(failedChecks(summary)).toEqual([]);
  expect(summary?.arms.map(({ name, requests }) => [name, requests])).toEqual([
    ["endpoint=before", 16],
    ["endpoint=after", 16],
  ]);
  expect([before.counters.resets, after.counters.resets]).toEqual([2, 2]);
  const hits = summary?.comparisons.find(({ metric }) => metric === "hit_ratio");
  expect(hits).toMatchObject({ factor: "endpoint", delta_pct: 0 });
});

test("errors of the server are counted, and the run is refused", async () => {
  await using server = new FakeVllm({ ...PLAIN, fail_every: 4 });
  const { bench, exit_code } = await measure("--endpoint", server.url);
  const { summary, records } = readFinishedRun(bench.out_dir);
  expect(exit_code).toBe(3);
  expect(records.filter(({ error }) => error?.code === "http_status").length).toBe(
    summary?.arms[0]?.errors ?? 0,
  );
  expect(summary?.arms[0]?.errors).toBeGreaterThan(0);
});

test("the key comes from a variable and goes nowhere but to the server", async () => {
  await using server = new FakeVllm({ ...PLAIN, api_key: "tb-secret-key" });
  const refused = await measure("--endpoint", server.url);
  expect(refused.exit_code).toBe(4);
  expect(refused.stderr).toMatch(/does not answer as asked: 401.*a key goes into --api-key-env/);
  process.env["TB_TEST_KEY"] = "tb-secret-key";
  const { bench } = await measure("--endpoint", server.url, "--api-key-env", "TB_TEST_KEY");
  const { records, manifest } = readFinishedRun(bench.out_dir);
  expect(records.every(({ error }) => error === null)).toBe(true);
  expect(JSON.stringify(manifest)).not.toContain("tb-secret-key");
});

test("a server that is not there, a model that it has not, metrics of something else: each says what to do", async () => {
  const gone = await measure("--endpoint", "http://127.0.0.1:9");
  expect(gone.exit_code).toBe(4);
  expect(gone.stderr).toContain("Is the server up");
  await using server = new FakeVllm(PLAIN);
  const other = await measure("--endpoint", server.url, "--model", "gpt-9");
  expect(other.stderr).toContain("serves fake-8b, got --model gpt-9");
  const stack = await measure(
    "--endpoint",
    server.url,
    "--set",
    "engine.kv_scale=1",
    "--ab",
    "tiers",
    "3p1d",
  );
  expect(stack.exit_code).toBe(2);
  for (const words of [
    "--ab: must not go with --endpoint",
    "engine: must not be set",
    "3p1d: must not be given",
  ])
    expect(stack.stderr).toContain(words);
});

test("what would go into the manifest must be no secret, and is not repeated", async () => {
  const { exit_code, stderr } = await measure(
    ...["--endpoint", "http://me:pw-1@127.0.0.1:9", "--metrics", "http://127.0.0.1:9/metrics?token=pw-2"],
    ...["--api-key-env", "pw-3"],
  );
  expect(exit_code).toBe(2);
  expect(stderr).toContain("--endpoint: must be a URL without a user");
  expect(stderr).toContain("--metrics: must be a URL without a user");
  expect(stderr).not.toContain("pw-");
});
