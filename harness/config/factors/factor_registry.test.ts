import { expect, test } from "bun:test";
import { join } from "node:path";
import { parseArmConfig } from "../arm_schema.ts";
import { configDifferences } from "../config_diff.ts";
import { valueAtPath } from "../config_tree.ts";
import { applyFactor } from "./apply_factor.ts";
import type { Factor } from "./factor.ts";
import { findLevel } from "./factor_level.ts";
import { FACTORS } from "./factor_registry.ts";

const INPUT = { topology: "2p2d" };

function levelNames(factor: Factor): readonly string[] {
  return typeof factor.levels === "string" ? factor.default_pair : factor.levels.map((level) => level.name);
}

function runnableLevels(factor: Factor): string[] {
  return levelNames(factor).filter((name) => factor.unavailable[name] === undefined);
}

const RUNNABLE = FACTORS.filter((factor) => runnableLevels(factor).length > 0);

test("names are unique and every seed switch is there", () => {
  const names = FACTORS.map((factor) => factor.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContainValues([
    "preferred_segment",
    "enable_offload",
    "split_trigger",
    "tiers",
    "executors",
  ]);
});

test.each(RUNNABLE.map((factor) => [factor.name, factor] as const))(
  "%s: the default level is what the schema defaults to",
  (_, factor) => {
    const level = findLevel(factor, factor.default_level);
    const config = parseArmConfig(INPUT);
    expect(config.ok && level.ok).toBe(true);
    if (!config.ok || !level.ok) return;
    expect(valueAtPath(config.value, factor.path.split("."))).toEqual(level.value.value);
  },
);

test.each(RUNNABLE.map((factor) => [factor.name, factor] as const))(
  "%s: every level is a valid configuration and changes only the factor's path",
  (_, factor) => {
    const configs = runnableLevels(factor).map((name) => {
      const level = findLevel(factor, name);
      if (!level.ok) throw new Error(`${name} is a level of ${factor.name}`);
      const config = parseArmConfig(applyFactor(INPUT, factor, level.value));
      if (!config.ok) throw new Error(`${factor.name}=${name} is valid`);
      return config.value;
    });
    const differing = configDifferences(configs).map(({ path }) => path);
    expect(differing).toEqual(configs.length > 1 ? [factor.path] : []);
  },
);

test("levels that cannot run are levels, and say why", () => {
  for (const factor of FACTORS) {
    for (const [name, reason] of Object.entries(factor.unavailable)) {
      expect(levelNames(factor)).toContain(name);
      expect(reason.length).toBeGreaterThan(10);
      expect(findLevel(factor, name).ok).toBe(false);
    }
  }
});

test("the usual pair is made of levels", () => {
  for (const factor of FACTORS)
    for (const name of factor.default_pair) expect(levelNames(factor)).toContain(name);
});

test("the README's table of switches has every factor", async () => {
  const readme = await Bun.file(join(import.meta.dir, "../../../README.md")).text();
  const lacking = FACTORS.filter(({ name }) => !readme.includes(`\n| ${name} | `));
  expect(lacking.map(({ name }) => name)).toEqual([]);
});
