import { expect, setDefaultTimeout, test } from "bun:test";
import { generateSessions } from "../../../workloads/generate.ts";
import type { FaultConfig } from "../../config/arm_config.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { TIER_PRESSURE } from "../../config/presets/tier_pressure.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { parseTopology } from "../../domain/topology.ts";
import { type Sample, sampledValues } from "../../measure/sample_series.ts";
import { simArmRunner } from "./sim_runner.ts";

// A loaded machine takes its time.
setDefaultTimeout(180_000);

const SEED = 3;

function expectOk<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

type Fault = readonly [process: string, action: FaultConfig["action"], at_ms: number];

async function runWith(...faults: readonly Fault[]) {
  const config = expectOk(parseArmConfig({ topology: "2p1d", ...TIER_PRESSURE.input }));
  const injected: string[] = [];
  const samples: Sample[] = [];
  const result = await simArmRunner(null)({
    arm: {
      name: "only",
      factors: {},
      config: {
        ...config,
        faults: faults.map(([process, action, at_ms]) => ({ process, action, at_ms })),
      },
    },
    ...{ pair_index: 0, run_index: 0, seed: SEED },
    sessions: expectOk(generateSessions(config.workload, SEED)),
    topology: expectOk(parseTopology("2p1d")),
    profiles: {
      model: expectOk(findModelProfile(config.engine.model)),
      gpu: expectOk(findGpuProfile(config.engine.gpu)),
    },
    ...{ run_path: "", logs_path: "", signal: new AbortController().signal },
    onStage: () => {},
    onProgress: () => {},
    onRecord: () => {},
    onFault: (fault) => injected.push(fault),
    traced_requests: null,
    onSample: (sample) => samples.push(sample),
  });
  return { result, injected, samples };
}

const SURVIVED: readonly (readonly [Fault, ...Fault[]])[] = [
  [["owner-0", "kill", 500]],
  [["master", "kill", 500]],
  [
    ["owner-1", "pause", 300],
    ["owner-1", "resume", 15_000],
  ],
  [
    ["master", "pause", 300],
    ["master", "resume", 2_000],
  ],
  [
    ["prefill-0", "pause", 300],
    ["prefill-0", "resume", 900],
  ],
];

for (const faults of SURVIVED) {
  const [[process, first]] = faults;
  test(`${first} of ${process}: the stack serves every request, and says what was done to it`, async () => {
    const { result, injected } = await runWith(...faults);
    const { run, load } = expectOk(result);
    expect(load.finished_requests).toBe(load.planned_requests);
    expect(run.records.filter(({ error }) => error !== null)).toEqual([]);
    expect(injected[0]).toBe(`injected ${process}: ${first}`);
    expect(run.faults).toHaveLength(injected.length);
  });
}

test("a stopped engine makes nothing until it goes on", async () => {
  const { result } = await runWith(["decode-0", "pause", 1_000], ["decode-0", "resume", 1_800]);
  const { run, load } = expectOk(result);
  const tokens_ns = run.records.flatMap(({ token_ns }) => token_ns.map((at_ns) => at_ns - load.started_ns));
  // A token is at the client within milliseconds of its step.
  expect(tokens_ns.filter((at_ns) => at_ns > 1_010e6 && at_ns < 1_800e6)).toEqual([]);
  expect(tokens_ns.some((at_ns) => at_ns < 1_000e6)).toBe(true);
  expect(tokens_ns.some((at_ns) => at_ns > 1_800e6)).toBe(true);
});

test("without an engine or the router the stack is none any more, and the run fails as a live one does", async () => {
  for (const name of ["prefill-0", "router"]) {
    const { result } = await runWith([name, "kill", 500]);
    expect(result).toEqual({
      ok: false,
      error: { code: "process", message: `the stack died under load: ${name} killed` },
    });
  }
});

test("a fault that the simulator does not know is refused, with what it knows", async () => {
  const { result } = await runWith(["router", "pause", 500]);
  if (result.ok) throw new Error("a paused router is simulated");
  expect(result.error.message).toStartWith(
    "faults[0]: must kill, pause or resume the master, an owner or an engine",
  );
  expect(result.error.message).toContain("got pause of router");
});

test("a fault due after the load has ended does not happen", async () => {
  const { result, injected } = await runWith(["owner-0", "kill", 3_600_000]);
  expect(expectOk(result).run.faults).toEqual([]);
  expect(injected).toEqual([]);
});

test("gauges are sampled from the start of the load, every half second, of every process that answers", async () => {
  const { result, samples } = await runWith(["master", "kill", 1_200]);
  const { load } = expectOk(result);
  const times_ms = samples.map(({ at_ns }) => (at_ns - load.started_ns) / 1e6);
  expect(times_ms.slice(0, 3)).toEqual([0, 500, 1_000]);
  expect(times_ms).toHaveLength(Math.ceil((load.ended_ns - load.started_ns) / 500e6));
  const running = samples.map(({ values }) => sampledValues(values, "num_requests_running"));
  expect([...(running[1]?.keys() ?? [])]).toEqual(["prefill-0", "prefill-1", "decode-0"]);
  expect(running.some((of) => [...of.values()].some((count) => count > 0))).toBe(true);
  // The last sample with a master is the third, at 1,000 ms.
  const keys = samples.map(({ values }) => sampledValues(values, "key_count").size);
  expect(keys.slice(0, 4)).toEqual([1, 1, 1, 0]);
});
