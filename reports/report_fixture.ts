// A run made by code, for tests and for looking at reports (scripts/render_fixture.ts). Seeded: the same options make the same
// run. Requests come from a small closed loop; every figure of the summary is derived from them, so that tables and charts of
// one report agree. It is no measurement.

import type { RequestRecord } from "../harness/domain/request_record.ts";
import { machineFloor } from "../harness/measure/floor_fixture.ts";
import type { Manifest } from "../harness/measure/manifest.ts";
import { na } from "../harness/measure/measured.ts";
import type { RunSummary, ValidityCheck } from "../harness/measure/run_summary.ts";
import { fixtureArm } from "./fixture/arm_fixture.ts";
import { fixtureComparisons } from "./fixture/comparison_fixture.ts";
import { fixtureEvents } from "./fixture/event_fixture.ts";
import { fixtureRecords } from "./fixture/record_fixture.ts";
import type { ReportInput } from "./report_input.ts";

export interface FixtureOptions {
  /** 1: nothing is compared; 2: preferred_segment off, local; more: made-up levels of tiers. */
  readonly arms: number;
  readonly pairs: number;
  readonly sessions: number;
  readonly turns: number;
  /** A check failed, the ledger is open, a fault happened and requests failed. */
  readonly invalid: boolean;
  /** Nothing that may be missing is there. */
  readonly missing: boolean;
  /** Put into every string that a run can carry; empty for none. */
  readonly hostile: string;
}

const DEFAULTS: FixtureOptions = {
  arms: 2,
  pairs: 2,
  sessions: 16,
  turns: 3,
  invalid: false,
  missing: false,
  hostile: "",
};

export function reportFixture(changes: Partial<FixtureOptions> = {}): ReportInput {
  const options = { ...DEFAULTS, ...changes };
  const { hostile } = options;
  const names = armNames(options.arms).map((name) => `${name}${hostile}`);
  const records = names.flatMap((arm, arm_index) => fixtureRecords(arm, arm_index, options));
  const arms = names.map((name, arm_index) => fixtureArm(name, arm_index, recordsOf(records, name), options));
  const validity = validityOf(options);
  const summary: RunSummary = {
    schema_version: 1,
    scenario: `3p1d_multi_turn_${factorName(options.arms)}${hostile}`,
    runtime: "live",
    valid: validity.every(({ ok }) => ok),
    validity,
    arms,
    comparisons: options.missing ? [] : fixtureComparisons(arms, options.pairs),
    real: ["processes, HTTP and RPC", `bytes in shared memory, sockets and disk files${hostile}`],
    modelled: ["GPU time (laptop_gpu on tiny_model)", `links between nodes (2 GB/s, 20 µs)${hostile}`],
  };
  return {
    manifest: manifestOf(summary, options),
    summary,
    records,
    events: fixtureEvents(names, records, options),
  };
}

function armNames(arms: number): string[] {
  if (arms === 1) return ["only"];
  if (arms === 2) return ["preferred_segment=off", "preferred_segment=local"];
  const tiers = ["hbm", "hbm+cpu", "hbm+cpu+disk"];
  return Array.from({ length: arms }, (_, i) => `tiers=${tiers[i] ?? `hbm+cpu+disk,level_${i + 1}`}`);
}

function factorName(arms: number): string {
  return arms === 1 ? "only" : arms === 2 ? "preferred_segment" : "tiers";
}

function recordsOf(records: readonly RequestRecord[], arm: string): RequestRecord[] {
  return records.filter((record) => record.arm === arm);
}

function validityOf({ invalid, missing, hostile }: FixtureOptions): ValidityCheck[] {
  if (missing) return [];
  return [
    { check: "every arm has all its requests", ok: true, detail: "48 planned requests or more" },
    { check: "every tier was empty before each arm", ok: true, detail: "0 keys, 0 bytes, 0 files" },
    { check: "p99 schedule lag is at most 5 ms", ok: true, detail: "at most 0.412 ms" },
    {
      check: "client, engines and store count the same",
      ok: !invalid,
      detail: invalid ? `cpu cached tokens: client 41, engine 48, store 48${hostile}` : "3 rows of each arm",
    },
    { check: "arms differ only in the declared factor", ok: true, detail: `one path${hostile}` },
    {
      check: "errors are at most 1 % of an arm's requests",
      ok: !invalid,
      detail: invalid ? "2.1 %" : "at most 0.0 %",
    },
  ];
}

function manifestOf(summary: RunSummary, { arms, invalid, missing, hostile }: FixtureOptions): Manifest {
  const factor = factorName(arms);
  return {
    schema_version: 1,
    scenario: summary.scenario,
    runtime: "live",
    argv: ["bench", "3p1d", ...(hostile === "" ? [] : [hostile])],
    status: missing ? "interrupted" : "done",
    reason: missing ? `SIGINT${hostile}` : null,
    started_at: "2026-11-21T01:28:09.123Z",
    finished_at: missing ? null : "2026-11-21T01:30:41.007Z",
    arms: summary.arms.map((arm) => ({
      name: arm.name,
      factors: arm.factors,
      config: {
        topology: "3p1d",
        connector: { [factor]: arm.factors[factor] ?? "default" },
        load: { arrivals: "closed", concurrency: 8, rate_per_s: 1 },
      },
    })),
    config_diff:
      summary.arms.length < 2
        ? []
        : [{ path: `connector.${factor}`, values: summary.arms.map((arm) => arm.factors[factor]) }],
    seeds: { base: 1, pairs: invalid ? [7, 8] : [1, 2] },
    versions: {
      tierbench: "0.1.0",
      bun: "1.4.5",
      git_head: missing ? null : "37a2bde0c1d2",
      git_dirty: false,
    },
    host: {
      cpu_model: `Fixture CPU${hostile}`,
      cpu_cores: 2,
      memory_bytes: 24 * 2 ** 30,
      kernel: "Linux 6.1",
    },
    floor: missing ? na(`the null server did not start${hostile}`) : machineFloor(),
    real: summary.real,
    modelled: summary.modelled,
  };
}
