import { expect, test } from "bun:test";
import { formatConfigProblem } from "../config_problem.ts";
import { parseAb } from "./ab_choice.ts";
import { findLevel } from "./factor_level.ts";
import { FACTORS } from "./factor_registry.ts";

function levels(text: string): string[] | null {
  const parsed = parseAb(text);
  if (!parsed.ok) throw new Error(parsed.error.map(formatConfigProblem).join("\n"));
  return parsed.value?.levels.map((level) => level.name) ?? null;
}

function sentences(text: string): string[] {
  const parsed = parseAb(text);
  return parsed.ok ? [] : parsed.error.map(formatConfigProblem);
}

test("levels are taken in the order given, the first being the baseline", () => {
  expect(levels("preferred_segment=local,off")).toEqual(["local", "off"]);
  expect(levels("tiers=hbm,hbm+cpu,hbm+cpu+disk")).toEqual(["hbm", "hbm+cpu", "hbm+cpu+disk"]);
});

test("a factor alone means its usual pair, none means one arm", () => {
  expect(levels("preferred_segment")).toEqual(["off", "local"]);
  expect(levels("none")).toBeNull();
});

test("on is another name of local, true and false of on and off", () => {
  expect(levels("preferred_segment=off,on")).toEqual(["off", "local"]);
  expect(levels("enable_offload=false,true")).toEqual(["off", "on"]);
});

test("numeric factors take numbers, and sizes where they are bytes", () => {
  const parsed = parseAb("staging_bytes=1MiB,4MiB");
  expect(parsed.ok && parsed.value?.levels.map((level) => level.value)).toEqual([1_048_576, 4_194_304]);
  expect(sentences("lease_ttl_ms=500,5s")).toEqual([
    '--ab lease_ttl_ms: must be a whole number of ms, got "5s". Use for example 500.',
  ]);
});

test("an unknown factor or level names the nearest and all known ones", () => {
  expect(sentences("teirs=hbm")[0]).toStartWith(
    '--ab: must name a known factor, or none, got "teirs". Did you mean tiers?',
  );
  expect(sentences("preferred_segment=off,locl")).toEqual([
    '--ab preferred_segment: must be one of the factor\'s levels, got "locl". Did you mean local? Use off or local.',
  ]);
});

test("a factor of another command names that command", () => {
  expect(sentences("feature_backend=shared_dir,store")[0]).toEndWith(
    "Use bun run feature-stream --ab feature_backend=shared_dir,store.",
  );
});

test("fewer than two different levels are no comparison", () => {
  for (const text of ["preferred_segment=off", "preferred_segment=local,on", "staging_bytes=1MiB,1024KiB"]) {
    expect(sentences(text)[0]).toContain("must compare at least two levels, all different");
  }
});

test("a level that this build cannot run is an error with its reason", () => {
  const routing = FACTORS.find(({ name }) => name === "routing");
  if (routing === undefined) throw new Error("routing is a factor");
  const level = findLevel({ ...routing, unavailable: { prefix: "it was left out" } }, "prefix");
  expect(level.ok ? "" : formatConfigProblem(level.error)).toBe(
    '--ab routing: must be available (it was left out), got "prefix". ' +
      "Use round_robin, least_loaded, session or kv_aware.",
  );
});
