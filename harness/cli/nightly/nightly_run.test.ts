// Whole nights on the simulator, with a runner that can be made slower.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import { parseSuite } from "../../config/study_suite_schema.ts";
import { err, ok } from "../../domain/result.ts";
import { NO_FLOOR_IN_SIM } from "../../measure/machine_floor.ts";
import { LAPTOP_HOST } from "../../sim/host_profile.ts";
import { History } from "../../study/nightly/history.ts";
import { importRun } from "../../study/nightly/import_run.ts";
import { type NightReport, nightOutcome } from "../../study/nightly/night_report.ts";
import type { ArmRunner } from "../bench/arm_runner.ts";
import { Progress } from "../progress.ts";
import { simArmRunner } from "../sim/sim_runner.ts";
import type { NightOptions } from "./nightly_options.ts";
import { planNight, runNight } from "./nightly_run.ts";

let out_dir = "";
beforeEach(() => {
  out_dir = mkdtempSync(join(tmpdir(), "tb-nightly-"));
});
afterEach(() => rmSync(out_dir, { recursive: true, force: true }));

function nightOptions(names: readonly string[]): NightOptions {
  const set = { "workload.sessions": 8, "workload.turns": 3, "load.concurrency": 8 };
  const scenarios = names.map((name) => ({ name, topology: "1p1d", profile: "laptop", set }));
  const suite = parseSuite({ name: "s", pairs: 3, scenarios, metrics: ["ttft_ms_mean"] }, ["ttft_ms_mean"]);
  if (!suite.ok) throw new Error("the suite is valid");
  const rest = { history_path: "", out_dir, dry_run: false, json: false } as const;
  return { kind: "night", runtime: "sim", suite: suite.value, ...rest };
}

/** Every TTFT × `factor`; everything else stays. */
function slower(factor: number): ArmRunner {
  return async (options) => {
    const done = await simArmRunner(LAPTOP_HOST)(options);
    if (!done.ok) return done;
    const records = done.value.run.records.map((record) => {
      const { first_token_ns, sent_ns } = record;
      if (first_token_ns === null) return record;
      return { ...record, first_token_ns: sent_ns + factor * (first_token_ns - sent_ns) };
    });
    return ok({ ...done.value, run: { ...done.value.run, records } });
  };
}

function openHistory(): History {
  const opened = History.open(":memory:");
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

async function night(
  history: History,
  runArm: ArmRunner,
  names: readonly string[] = ["small"],
): Promise<NightReport> {
  const options = nightOptions(names);
  const planned = planNight(options);
  if (!planned.ok) throw new Error("the suite can be planned");
  const os_clock = new OsClock();
  const progress = new Progress(os_clock, false);
  const signal = new AbortController().signal;
  const report = await runNight(planned.value, {
    options,
    history,
    host: { clock: os_clock, runArm, floor: NO_FLOOR_IN_SIM },
    os_clock,
    progress,
    signal,
  });
  if (!report.ok) throw new Error(report.error.message);
  return report.value;
}

test("a slower build regresses, is run twice, stays so until it is acknowledged, and is then steady", async () => {
  using history = openHistory();
  expect(nightOutcome(await night(history, slower(1)))).toBe("steady");
  const second = await night(history, slower(1));
  expect(second.scenarios).toMatchObject([{ scenario: "small", valid: true, problems: [] }]);
  expect(second.findings[0]?.status).toBe("steady");

  const third = await night(history, slower(1.1));
  expect(nightOutcome(third)).toBe("regressed");
  expect(third.findings[0]?.paired?.estimate).toBeCloseTo(10, 6);
  expect(history.samples().filter(({ purpose }) => purpose === "confirmation")).not.toEqual([]);
  expect(nightOutcome(await night(history, slower(1.1)))).toBe("regressed");

  history.acknowledge({ night_id: 4, scenario: "small", metric: null, reason: "known", acked_at: "" });
  expect(nightOutcome(await night(history, slower(1.1)))).toBe("steady");
}, 180_000);

test("a scenario whose stack fails is invalid with its reason and its logs, and the others of the night are judged", async () => {
  using history = openHistory();
  const names = ["broken", "small"];
  await night(history, slower(1), names);
  let runs = 0;
  const failsFirst: ArmRunner = (options) => {
    runs++;
    if (runs === 1) return Promise.resolve(err({ code: "process", message: "owner-0 ended" }));
    return slower(1)(options);
  };
  const second = await night(history, failsFirst, names);
  expect(second.scenarios).toMatchObject([
    { scenario: "broken", valid: false, problems: ["the stack failed: owner-0 ended"] },
    { scenario: "small", valid: true, problems: [] },
  ]);
  expect(existsSync(join(second.scenarios[0]?.run_path ?? "", "manifest.json"))).toBe(true);
  expect(second.findings.map(({ scenario }) => scenario)).toEqual(["small"]);
  expect(nightOutcome(second)).toBe("invalid");
}, 180_000);

test("a run directory that is imported has the values that its night had, once", async () => {
  using history = openHistory();
  const { scenarios } = await night(history, slower(1));
  const run_path = scenarios[0]?.run_path ?? "";
  expect(importRun(history, run_path)).toEqual({
    ok: false,
    error: `${run_path}: is in the history already`,
  });

  using other = openHistory();
  expect(importRun(other, run_path)).toEqual({ ok: true, value: 1 });
  const ttft = (of: History): number[] =>
    of.samples().flatMap(({ metric, value }) => (metric === "ttft_ms_mean" ? [value] : []));
  expect(ttft(history)).toHaveLength(3);
  expect(ttft(other)).toEqual(ttft(history));
  const names = [history, other].map((one) => one.seriesNames()[0]?.config_key);
  expect(names[0]).toBe(names[1]);
}, 180_000);
