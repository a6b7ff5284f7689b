import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { FEATURE_STREAM_DEFAULTS } from "../../workloads/feature_stream.ts";
import { present } from "../domain/assert.ts";
import { makeRuntimeDirs } from "../launch/runtime_dirs.ts";
import { runFeatureStream, type StreamRunOptions } from "./feature_stream/feature_stream_run.ts";
import type { StreamFigures } from "./feature_stream/feature_stream_tally.ts";

// A loaded machine takes its time.
setDefaultTimeout(180_000);

const COMMAND = [process.execPath, join(import.meta.dir, "feature_stream.ts")];
/** 64 tokens × (2 × 64 + 4) B: about 8 KiB a sample. */
const STREAM = {
  ...FEATURE_STREAM_DEFAULTS,
  samples: 30,
  warm_up_samples: 3,
  tokens_mean: 64,
  hidden_size: 64,
};

async function runStream(changes: Partial<StreamRunOptions>): Promise<StreamFigures> {
  const dirs = makeRuntimeDirs();
  try {
    const run = await runFeatureStream({
      backend: "shared_dir",
      stream: STREAM,
      seed: 1,
      work_dir: dirs.socket_dir,
      shm_dir: dirs.shm_dir,
      master_address: "",
      requester: null,
      hold_s: 60,
      crash: null,
      name: "test",
      ...changes,
    });
    if (!run.ok) throw new Error(run.error);
    return run.value;
  } finally {
    dirs.remove();
  }
}

test("every sample of every producer is consumed once, and the producers hold until it is", async () => {
  const figures = await runStream({ stream: { ...STREAM, producers: 2 } });
  expect(figures).toMatchObject({ put: 60, consumed: 60, problems: [], unconsumed: 0, redelivered: 0 });
  expect(figures.held_ms_max).not.toBeNull();
});

test("a producer whose budget holds one sample waits for the consumers", async () => {
  const one_sample = 96 * (2 * 64 + 4); // the longest
  const figures = await runStream({ stream: { ...STREAM, max_resident_bytes: one_sample } });
  expect(figures).toMatchObject({ consumed: 30, problems: [] });
  expect(figures.waits).toBeGreaterThan(0);
});

test("when a consumer is killed the others take its samples", async () => {
  const figures = await runStream({ crash: "consumer" });
  expect(figures).toMatchObject({ put: 30, problems: [], unconsumed: 0 });
  expect(figures.consumed + figures.freed_by_the_dead).toBe(30);
});

test("when a producer is killed, what it has put is consumed", async () => {
  const figures = await runStream({ stream: { ...STREAM, samples: 200 }, crash: "producer" });
  expect(figures.put).toBeLessThan(200);
  expect(figures).toMatchObject({ consumed: figures.put, problems: [], held_ms_max: null });
});

test("when the only consumer is killed the run says so", async () => {
  const run = runStream({ stream: { ...STREAM, consumers: 1 }, crash: "consumer" });
  await expect(run).rejects.toThrow("every consumer has died");
});

test("an A/B of shared_dir and store gives an interval for each figure", () => {
  const argv = [
    "--ab",
    "feature_backend=shared_dir,store",
    "--pairs",
    "2",
    "--samples",
    "20",
    "--tokens",
    "8",
  ];
  const run = Bun.spawnSync([...COMMAND, ...argv]);
  expect(run.exitCode).toBe(0);
  const lines = run.stdout.toString().split("\n");
  const rate = present(
    lines.find((line) => line.startsWith("| samples/s")),
    "a row of samples/s",
  );
  expect(rate).toMatch(/^\| samples\/s \| [\d.]+ \| [\d.]+ \| -?[\d.]+ \[-?[\d.]+, -?[\d.]+\] \|$/);
  expect(lines).toContain("| samples consumed | 20.00 | 20.00 |  |");
});

test("a local backend is one process that produces and consumes", async () => {
  const figures = await runStream({ backend: "local", stream: { ...STREAM, consumers: 1 } });
  expect(figures).toMatchObject({ put: 30, consumed: 30, problems: [], unconsumed: 0 });
});

test.each([
  [["--ab", "shared_dir,store"], '--ab: must be feature_backend=<level>,<level>, got "shared_dir,store".'],
  [
    ["--ab", "feature_backend=store,disk"],
    '--ab feature_backend: must be one of the factor\'s levels, got "disk".',
  ],
  [
    ["--ab", "feature_backend=store,store"],
    "--ab feature_backend: must compare at least two levels, all different",
  ],
  [["--ab", "feature_backend=local,store", "--backend", "store"], "--backend: must not go with --ab"],
  [["--backend", "local"], "--backend local: must have one producer and one consumer and no --crash"],
  [["--crash", "router"], "--crash: must be a known name"],
  // 384 × (2 × 2048 + 4) bytes.
  [["--resident-mib", "1"], "--resident-mib: must hold the longest sample (1574400 bytes)"],
])("wrong flags are told: %j", (argv, problem) => {
  const run = Bun.spawnSync([...COMMAND, ...argv]);
  expect(run.exitCode).toBe(2);
  expect(run.stderr.toString()).toContain(problem);
});
