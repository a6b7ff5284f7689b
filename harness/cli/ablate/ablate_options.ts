// The command line of ablate, and the study file it names.

import { type BenchOptions, parseBenchOptions } from "../../config/bench_options.ts";
import { readConfigFile } from "../../config/config_file.ts";
import type { ConfigProblem } from "../../config/config_problem.ts";
import { FlagReader } from "../../config/flag_reader.ts";
import type { StudyConfig } from "../../config/study_config.ts";
import { parseStudy } from "../../config/study_schema.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { STUDY_METRICS } from "../../study/study_metrics.ts";

export const ABLATE_HELP = `ablate <study.yaml> [options]

Runs every cell of a study (factors × levels) in blocks, in balanced order, and says what each factor did: main effects and
interactions with intervals, ranked, and the study's claim beside what was measured. Goes on where an earlier call of the same
study was interrupted.

  --runtime R   live (default) or sim
  --out DIR     where the study's directory is made (default runs)
  --dry-run     show the cells, their differences, the schedule and its estimated cost; run nothing
  --fresh       forget what an earlier call of this study finished
  --json        print the outcome as JSON instead of the tables
  --help        this text

Example:
  bun run ablate workloads/studies/preferred_segment.yaml --runtime sim

Exit codes: 0 done; 2 usage or configuration; 3 a run is invalid; 4 a stack failed; 130 interrupted (call again to go on).
`;

const FLAGS = {
  "dry-run": "switch",
  fresh: "switch",
  help: "switch",
  json: "switch",
  out: "value",
  runtime: "value",
} as const;

export interface AblateOptions {
  readonly study: StudyConfig;
  /** Of the base, without any factor. */
  readonly bench: BenchOptions;
  readonly out_dir: string;
  readonly dry_run: boolean;
  readonly fresh: boolean;
  readonly json: boolean;
}

export function parseAblateOptions(
  argv: readonly string[],
): Result<AblateOptions | "help", readonly ConfigProblem[]> {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) return ok("help");
  const path = flags.onlyPositional(
    "study.yaml",
    "Use for example ablate workloads/studies/preferred_segment.yaml.",
  );
  const runtime = flags.choice("runtime", ["live", "sim"] as const) ?? "live";
  if (flags.problems.length > 0) return err(flags.problems);
  const file = readConfigFile(path);
  if (!file.ok) return err([{ ...file.error, path: "study.yaml" }]);
  const study = parseStudy(
    file.value,
    STUDY_METRICS.map(({ metric }) => metric),
  );
  if (!study.ok) return study;
  const out_dir = flags.text("out") ?? "runs";
  const bench = parseBenchOptions(benchArgs(study.value, runtime), { runtimes: ["live", "sim"] });
  if (!bench.ok) return err(bench.error.map((problem) => ({ ...problem, path: `base: ${problem.path}` })));
  if (bench.value === "help") return ok("help");
  return ok({
    study: study.value,
    bench: bench.value,
    out_dir,
    dry_run: flags.has("dry-run"),
    fresh: flags.has("fresh"),
    json: flags.has("json"),
  });
}

/** The base as a bench of one arm, so that it has bench's precedence and checks. */
function benchArgs({ base, seed }: StudyConfig, runtime: string): string[] {
  return [
    base.topology,
    ...["--ab", "none", "--runtime", runtime, "--seed", String(seed)],
    ...(base.profile === null ? [] : ["--profile", base.profile]),
    ...(base.host === null || runtime !== "sim" ? [] : ["--host", base.host]),
    ...Object.entries(base.set).flatMap(([path, value]) => ["--set", `${path}=${settingText(value)}`]),
  ];
}

function settingText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
