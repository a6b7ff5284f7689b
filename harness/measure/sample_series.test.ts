import { expect, test } from "bun:test";
import { VirtualClock } from "../clock/virtual_clock.ts";
import { msToNs } from "../domain/units.ts";
import { Samples } from "./prometheus_text.ts";
import {
  SAMPLE_INTERVAL_MS,
  type Sample,
  type SampledProcess,
  sampledValues,
  sampleSeries,
} from "./sample_series.ts";

const INTERVAL_NS = msToNs(SAMPLE_INTERVAL_MS);
const STACK: readonly SampledProcess[] = [
  { name: "master", kind: "master" },
  { name: "owner-0", kind: "owner" },
  { name: "prefill-0", kind: "engine" },
  { name: "router", kind: "router" },
];

function metrics(series: Readonly<Record<string, number>>): Samples {
  const samples = new Samples();
  for (const [name, value] of Object.entries(series)) samples.add(name, { engine: "e" }, value);
  return samples;
}

const MASTER = metrics({ master_allocated_bytes: 640, master_total_capacity_bytes: 1000 });
const ENGINE = metrics({ "vllm:num_requests_running": 3, "tierbench:num_requests_waiting_remote": 0 });

interface Sampling {
  readonly clock: VirtualClock;
  readonly samples: Sample[];
  readonly asked: string[][];
  readonly load: AbortController;
  readonly done: Promise<void>;
}

function start(answer: (call: number, clock: VirtualClock) => Promise<(Samples | null)[]>): Sampling {
  const clock = new VirtualClock();
  const samples: Sample[] = [];
  const asked: string[][] = [];
  const load = new AbortController();
  const done = sampleSeries({
    clock,
    processes: STACK,
    scrapeAll: (processes) => {
      asked.push(processes.map(({ name }) => name));
      return answer(asked.length, clock);
    },
    onSample: (sample) => samples.push(sample),
    ended: load.signal,
  });
  return { clock, samples, asked, load, done };
}

/** Moves in steps, so that what a woken sampler awaits settles before the next deadline. */
async function advance(clock: VirtualClock, intervals: number): Promise<void> {
  for (let i = 0; i < intervals * 10; i++) {
    await clock.advanceTo(clock.now_ns() + INTERVAL_NS / 10);
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

test("engines and masters are sampled at the start and at every interval, until the load ends", async () => {
  const { clock, samples, asked, load, done } = start(async () => [MASTER, ENGINE]);
  await advance(clock, 2.5);
  load.abort();
  await done;
  expect(samples.map(({ at_ns }) => at_ns / INTERVAL_NS)).toEqual([0, 1, 2]);
  expect(asked).toEqual(Array.from({ length: 3 }, () => ["master", "prefill-0"]));
  expect(samples[0]?.values).toEqual({
    "master/allocated_bytes": 640,
    "master/total_capacity_bytes": 1000,
    "prefill-0/num_requests_running": 3,
    "prefill-0/num_requests_waiting_remote": 0,
  });
});

test("a process that does not answer has no values in that sample, and a sample of nothing is none", async () => {
  const answers = [
    [MASTER, null],
    [null, null],
    [MASTER, ENGINE],
  ];
  const { clock, samples, load, done } = start(async (call) => answers[call - 1] ?? []);
  await advance(clock, 2.5);
  load.abort();
  await done;
  expect(samples.map(({ at_ns }) => at_ns / INTERVAL_NS)).toEqual([0, 2]);
  expect(samples.map(({ values }) => "prefill-0/num_requests_running" in values)).toEqual([false, true]);
});

test("a scrape slower than the interval is not overlapped: the deadlines that it passes are left out", async () => {
  // The first answer takes 2.2 intervals: the deadlines at 1 and 2 pass, the next scrape begins at 3.
  let running = 0;
  let most = 0;
  const { clock, samples, load, done } = start(async (call, of) => {
    running += 1;
    most = Math.max(most, running);
    if (call === 1) await of.sleepUntil(2.2 * INTERVAL_NS);
    running -= 1;
    return [MASTER, ENGINE];
  });
  await advance(clock, 4.5);
  load.abort();
  await done;
  expect(samples.map(({ at_ns }) => at_ns / INTERVAL_NS)).toEqual([0, 3, 4]);
  expect(most).toBe(1);
});

test("a scrape that the end of the load overtakes is not reported", async () => {
  const { clock, samples, load, done } = start(async (_, of) => {
    await of.sleepUntil(INTERVAL_NS);
    return [MASTER, ENGINE];
  });
  load.abort();
  await clock.advanceTo(INTERVAL_NS);
  await done;
  expect(samples).toEqual([]);
});

test("a field is read back by process, whatever the process is called", () => {
  const values = { "a/b/allocated_bytes": 1, "c/allocated_bytes": 2, "c/total_capacity_bytes": 9 };
  expect([...sampledValues(values, "allocated_bytes")]).toEqual([
    ["a/b", 1],
    ["c", 2],
  ]);
});
