import { expect, test } from "bun:test";
import { parseBenchOptions } from "./bench_options.ts";
import { type ArmPlan, buildArms } from "./build_arms.ts";
import { configDifferences } from "./config_diff.ts";
import { formatConfigProblem } from "./config_problem.ts";

function plan(...argv: string[]): ArmPlan | string[] {
  const options = parseBenchOptions(argv, { runtimes: ["live"] });
  if (!options.ok || options.value === "help") throw new Error("the command line is valid");
  const arms = buildArms(options.value);
  return arms.ok ? arms.value : arms.error.map(formatConfigProblem);
}

function arms(...argv: string[]): ArmPlan {
  const planned = plan(...argv);
  if (Array.isArray(planned)) throw new Error(planned.join("\n"));
  return planned;
}

test("with no --ab, preferred_segment is compared off and on, and nothing else differs", () => {
  const planned = arms("3p1d");
  expect(planned.scenario).toBe("3p1d_conversation_like_preferred_segment");
  expect(planned.arms.map(({ name, factors }) => ({ name, factors }))).toEqual([
    { name: "preferred_segment=off", factors: { preferred_segment: "off" } },
    { name: "preferred_segment=local", factors: { preferred_segment: "local" } },
  ]);
  expect(configDifferences(planned.arms.map((arm) => arm.config))).toEqual([
    { path: "connector.preferred_segment", values: ["off", "local"] },
  ]);
  expect(planned.factor_path).toBe("connector.preferred_segment");
});

test("--ab none is one arm without a factor", () => {
  const planned = arms("2p2d", "--ab", "none");
  expect(planned).toMatchObject({ scenario: "2p2d_conversation_like", factor_name: null, factor_path: null });
  expect(planned.arms.map((arm) => arm.name)).toEqual(["only"]);
});

test("a level beats --set of the same path", () => {
  const planned = arms("1p1d", "--ab", "tiers=hbm,hbm+cpu", "--set", "store.tiers=hbm+cpu+disk");
  expect(planned.arms.map((arm) => arm.config.store.tiers)).toEqual(["hbm", "hbm+cpu"]);
});

test("a problem that both arms share is told once", () => {
  expect(plan("1p1d", "--set", "engine.model=gpt")).toHaveLength(1);
});

test("a problem of one level only is told", () => {
  expect(plan("1p1d", "--ab", "staging_bytes=64MiB,1KiB")).toEqual([
    "store.disk.staging_bytes: must hold one KV block (65536 bytes) in the 90 % of it that one GET may use, got 1024. " +
      "Use 72818 or more, or lower engine.kv_scale or engine.block_tokens.",
  ]);
});

test.each([
  ["a store that is off", ["1p1d", "--set", "store.tiers=hbm"]],
  ["one owner to prefer", ["1e"]],
  ["no disk", ["1p1d", "--ab", "split_trigger", "--set", "store.enable_offload=false"]],
  ["no disk to offload to", ["1p1d", "--ab", "enable_offload", "--set", "store.tiers=hbm+cpu"]],
  ["one engine to route to", ["1p2d", "--ab", "routing"]],
])("a switch that can do nothing is refused: %s", (_, argv) => {
  const problems = plan(...argv);
  expect(Array.isArray(problems) && problems[0]).toContain("must make a difference");
});

test("offloading may be switched where there is a disk, and tiers from none", () => {
  expect(arms("1p1d", "--ab", "enable_offload").arms).toHaveLength(2);
  expect(arms("1p1d", "--ab", "tiers", "--set", "store.tiers=hbm").arms).toHaveLength(2);
});
