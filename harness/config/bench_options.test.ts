import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BENCH_HELP } from "./bench_help.ts";
import { type BenchOptions, parseBenchOptions } from "./bench_options.ts";
import { formatConfigProblem } from "./config_problem.ts";
import { valueAtPath } from "./config_tree.ts";
import { FACTORS } from "./factors/factor_registry.ts";

const SUPPORTED = { runtimes: ["live"] } as const;
const directory = mkdtempSync(join(tmpdir(), "tierbench-options-"));
afterAll(() => rmSync(directory, { recursive: true }));

function options(...argv: string[]): BenchOptions {
  const parsed = parseBenchOptions(argv, SUPPORTED);
  if (!parsed.ok) throw new Error(parsed.error.map(formatConfigProblem).join("\n"));
  if (parsed.value === "help") throw new Error("no help was asked for");
  return parsed.value;
}

function sentences(...argv: string[]): string[] {
  const parsed = parseBenchOptions(argv, SUPPORTED);
  return parsed.ok ? [] : parsed.error.map(formatConfigProblem);
}

function setting(parsed: BenchOptions, path: string): unknown {
  return valueAtPath(parsed.config_input, path.split("."));
}

function configFile(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

test("a topology alone is the default bench", () => {
  expect(options("3p1d")).toMatchObject({
    topology: "3p1d",
    runtime: "live",
    pairs: 6,
    out_dir: "runs",
    profile: "laptop_conversation",
    dry_run: false,
    fail_on_worse: false,
    json: false,
  });
  expect(options("3p1d").ab?.factor.name).toBe("preferred_segment");
});

test("a trace replay takes its preset, its arrivals and its limits from the flags", () => {
  const parsed = options("2p2d", "--trace", "t.jsonl", "--limit", "200", "--speedup", "20", "--ab", "none");
  expect(parsed).toMatchObject({ profile: "laptop_trace", ab: null, pairs: 1 });
  expect(setting(parsed, "workload")).toEqual({ name: "trace", trace: "t.jsonl", limit: 200 });
  expect(setting(parsed, "load.arrivals")).toBe("trace");
  expect(setting(parsed, "load.speedup")).toBe(20);
});

test("--set beats flags, flags beat the file, the file beats the preset", () => {
  const file = configFile(
    "layers.yaml",
    "seed: 7\nstore: {lease_ttl_ms: 2000, replica_num: 2}\nload: {concurrency: 3}\n",
  );
  const base = ["1p1d", "--profile", "tier_pressure", "--config", file];
  const parsed = options(...base, "--seed", "9", "--set", "seed=11", "--set", "load.concurrency=5");
  expect(setting(parsed, "store.lease_ttl_ms")).toBe(2000);
  expect(setting(parsed, "store.disk.heartbeat_ms")).toBe(200);
  expect(setting(parsed, "load.concurrency")).toBe(5);
  expect(setting(options(...base, "--seed", "9"), "seed")).toBe(9);
  expect(setting(options(...base), "seed")).toBe(7);
  expect(setting(parsed, "seed")).toBe(11);
});

test("a file that names a trace workload brings its preset, and its own arrivals stand", () => {
  const file = configFile(
    "trace.json",
    '{"workload": {"name": "mooncake_trace", "trace": "t"}, "load": {"arrivals": "closed"}}',
  );
  expect(options("1p1d", "--config", file).profile).toBe("laptop_trace");
  expect(setting(options("1p1d", "--config", file), "load.arrivals")).toBe("closed");
});

test("values of --set are JSON where they parse, else text", () => {
  const parsed = options(
    "1p1d",
    ...[
      "link.bandwidth_bytes_per_s=null",
      "engine.kv_scale=0.5",
      "store.segment_bytes=1GiB",
      "store.tiers=hbm+cpu",
    ].flatMap((text) => ["--set", text]),
  );
  expect(setting(parsed, "link.bandwidth_bytes_per_s")).toBeNull();
  expect(setting(parsed, "engine.kv_scale")).toBe(0.5);
  expect(setting(parsed, "store.segment_bytes")).toBe("1GiB");
  expect(setting(parsed, "store.tiers")).toBe("hbm+cpu");
});

test("every problem of a command line is told at once", () => {
  expect(
    sentences(
      "3p1d",
      "4e",
      "--pair=3",
      "--limit",
      "0",
      "--ab",
      "tiers=gpu,hbm",
      "--set",
      "x",
      "--json=1",
    ).sort(),
  ).toEqual([
    '--ab tiers: must be one of the factor\'s levels, got "gpu". Use hbm, hbm+cpu or hbm+cpu+disk.',
    '--json: must stand alone, got "1". See --help.',
    '--limit: must be an integer of 1 or more, got "0". Use for example --limit 2.',
    '--limit: must go with a trace workload, got "0". Use --workload trace --trace FILE, or leave it out.',
    '--pair: is not an option, got "3". Did you mean --pairs? See --help.',
    '--set: must be PATH=VALUE, got "x". Use for example --set store.segment_bytes=128MiB.',
    'topology: must be the only argument, got ["3p1d","4e"]. Use for example bench 3p1d, or bench --help.',
  ]);
});

test("a flag without its value, or given twice, is a problem", () => {
  expect(sentences("1p1d", "--out", "--json")).toEqual([
    '--out: must have a value, got "--json". See --help.',
  ]);
  expect(sentences("1p1d", "--seed", "1", "--seed", "2")).toEqual([
    '--seed: must be given once, got "2". See --help.',
  ]);
});

test("a runtime that the build lacks is refused, one it has is not", () => {
  expect(sentences("1p1d", "--runtime", "sim")).toEqual([
    '--runtime: must be a runtime that this build has (it is planned, and not built yet), got "sim". Use live.',
  ]);
  expect(parseBenchOptions(["1p1d", "--runtime", "sim"], { runtimes: ["live", "sim"] }).ok).toBe(true);
});

test("flags that would do nothing are refused", () => {
  expect(sentences("1p1d", "--speedup", "2")[0]).toStartWith("--speedup: must go with trace arrivals");
  expect(sentences("1p1d", "--workload", "multi_turn", "--trace", "t")[0]).toStartWith(
    "--trace: must go with a trace workload",
  );
});

test("an unreadable or malformed file is one problem with the reason", () => {
  expect(sentences("1p1d", "--config", join(directory, "missing.yaml"))[0]).toContain("ENOENT");
  expect(sentences("1p1d", "--config", configFile("list.yaml", "- 1\n"))[0]).toContain(
    "must hold a group of settings",
  );
  expect(sentences("1p1d", "--config", configFile("bad.yaml", "a: [1\n"))).toHaveLength(1);
});

test("--help wins over problems, and names every factor and example", () => {
  expect(parseBenchOptions(["--nonsense", "--help"], SUPPORTED)).toEqual({ ok: true, value: "help" });
  for (const { name } of FACTORS) expect(BENCH_HELP).toContain(name);
});

test("the examples of the help text are valid", () => {
  const examples = [...BENCH_HELP.matchAll(/^ {2}bun run bench (.+)$/gm)].map(([, text = ""]) =>
    text.split(/\s+/),
  );
  expect(examples.length).toBeGreaterThanOrEqual(3);
  for (const argv of examples) expect(sentences(...argv)).toEqual([]);
});
