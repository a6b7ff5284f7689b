import { expect, test } from "bun:test";
import { join } from "node:path";
import { formatConfigProblem } from "../../config/config_problem.ts";
import { type NightlyOptions, parseNightlyOptions } from "./nightly_options.ts";
import { planNight } from "./nightly_run.ts";

const SUITE = join(import.meta.dir, "../../../workloads/suites/laptop.yaml");

function parsed(...argv: readonly string[]): NightlyOptions {
  const options = parseNightlyOptions(argv);
  if (!options.ok) throw new Error(options.error.map(formatConfigProblem).join("\n"));
  return options.value;
}

function wording(...argv: readonly string[]): string {
  const options = parseNightlyOptions(argv);
  return options.ok ? "" : options.error.map(formatConfigProblem).join("\n");
}

test("the suite that is there can be planned, each scenario with its repetitions", () => {
  const options = parsed("--suite", SUITE, "--runtime", "sim");
  if (options.kind !== "night") throw new Error("a night was asked for");
  const planned = planNight(options);
  const runs = planned.ok ? planned.value.map(({ context }) => context.schedule.length) : [];
  expect(runs).toEqual(options.suite.scenarios.map(() => options.suite.pairs));
});

test("a setting that does not exist is named with its scenario", () => {
  const options = parsed("--suite", SUITE);
  if (options.kind !== "night") throw new Error("a night was asked for");
  const scenarios = options.suite.scenarios.map((scenario) => ({
    ...scenario,
    set: { "load.concurency": 2 },
  }));
  const planned = planNight({ ...options, suite: { ...options.suite, scenarios } });
  expect(planned.ok ? "" : planned.error[0]?.path).toBe("scenario multi_turn_3p1d: load.concurency");
});

test("an acknowledgement has a reason", () => {
  expect(wording("ack")).toStartWith("--reason: must say why");
  expect(parsed("ack", "--reason", "larger model", "--scenario", "x")).toEqual({
    ...{ kind: "ack", history_path: "nightly.sqlite", reason: "larger model", scenario: "x", metric: null },
  });
});

test("files of the history are named", () => {
  expect(parsed("export", "h.csv", "--history", "h.sqlite")).toEqual({
    ...{ kind: "export", path: "h.csv", history_path: "h.sqlite" },
  });
  expect(wording("backup")).toStartWith("file: must be given");
});
