// The command line of nightly: a night, or something done to its history.

import { readConfigFile } from "../../config/config_file.ts";
import type { ConfigProblem } from "../../config/config_problem.ts";
import { FlagReader } from "../../config/flag_reader.ts";
import { parseSuite, type SuiteConfig } from "../../config/study_suite_schema.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { COMPARED_METRICS } from "../../study/compared_metrics.ts";

export const NIGHTLY_HELP = `nightly [options]                      run tonight's scenarios and judge them
nightly ack --reason TEXT [--scenario S] [--metric M]
                                       accept the latest night as the new baseline
nightly export FILE.json|FILE.csv      every value of the history
nightly backup FILE.sqlite             a consistent copy of the history
nightly import RUN_DIR                 an earlier run directory as a night
nightly --selftest                     detection delay and false alarms on a synthetic history

Tonight is compared with the baseline night pair by pair, and every series is searched for change points; what looks like a
regression is run a second time before it is called one.

  --suite S       suite file (default workloads/suites/laptop.yaml)
  --history FILE  SQLite file (default nightly.sqlite)
  --runtime R     live (default) or sim
  --out DIR       where run directories and the dashboard are written (default runs/nightly)
  --dry-run       show what would run, and what is in the history
  --json          print the night's report as JSON instead of Markdown
  --help          this text

Exit codes: 0 no regression; 1 a confirmed regression; 2 usage or configuration; 3 a run is invalid; 4 a stack failed.
`;

const FLAGS = {
  "dry-run": "switch",
  help: "switch",
  history: "value",
  json: "switch",
  metric: "value",
  out: "value",
  reason: "value",
  runtime: "value",
  scenario: "value",
  selftest: "switch",
  suite: "value",
} as const;

const COMMANDS = ["ack", "export", "backup", "import"] as const;
type Command = (typeof COMMANDS)[number];

interface HistoryChoice {
  readonly history_path: string;
}
export interface NightOptions extends HistoryChoice {
  readonly kind: "night";
  readonly suite: SuiteConfig;
  readonly runtime: "live" | "sim";
  readonly out_dir: string;
  readonly dry_run: boolean;
  readonly json: boolean;
}
export interface AckOptions extends HistoryChoice {
  readonly kind: "ack";
  readonly scenario: string | null;
  readonly metric: string | null;
  readonly reason: string;
}
export interface FileOptions extends HistoryChoice {
  readonly kind: "export" | "backup" | "import";
  readonly path: string;
}
export type NightlyOptions =
  | NightOptions
  | AckOptions
  | FileOptions
  | { readonly kind: "help" }
  | { readonly kind: "selftest" };

export function parseNightlyOptions(
  argv: readonly string[],
): Result<NightlyOptions, readonly ConfigProblem[]> {
  const [first = ""] = argv;
  const command = COMMANDS.find((known) => known === first);
  const flags = new FlagReader(command === undefined ? argv : argv.slice(1), FLAGS);
  if (flags.has("help")) return ok({ kind: "help" });
  if (flags.has("selftest") && flags.problems.length === 0) return ok({ kind: "selftest" });
  const options = command === undefined ? readNight(flags) : readCommand(command, flags);
  return flags.problems.length === 0 && options !== null ? ok(options) : err(flags.problems);
}

function readNight(flags: FlagReader): NightOptions | null {
  const runtime = flags.choice("runtime", ["live", "sim"] as const) ?? "live";
  const file = readConfigFile(flags.text("suite") ?? "workloads/suites/laptop.yaml");
  if (!file.ok) {
    flags.report({ ...file.error, path: "--suite" });
    return null;
  }
  const suite = parseSuite(
    file.value,
    COMPARED_METRICS.map(({ metric }) => metric),
  );
  if (!suite.ok) {
    for (const problem of suite.error) flags.report(problem);
    return null;
  }
  return {
    kind: "night",
    history_path: historyPath(flags),
    suite: suite.value,
    runtime,
    out_dir: flags.text("out") ?? "runs/nightly",
    dry_run: flags.has("dry-run"),
    json: flags.has("json"),
  };
}

function readCommand(command: Command, flags: FlagReader): AckOptions | FileOptions {
  const history_path = historyPath(flags);
  if (command !== "ack") {
    const path = flags.onlyPositional("file", `Use for example nightly ${command} ${EXAMPLES[command]}.`);
    return { kind: command, history_path, path };
  }
  const reason = flags.text("reason") ?? "";
  if (reason.trim() === "") {
    const next_step = 'Use for example nightly ack --reason "larger model since Monday".';
    flags.report({ path: "--reason", rule: "must say why the change is right", got: undefined, next_step });
  }
  const scenario = flags.text("scenario") ?? null;
  return { kind: "ack", history_path, reason, scenario, metric: flags.text("metric") ?? null };
}

const EXAMPLES = { export: "history.csv", backup: "copy.sqlite", import: "runs/<utc>_<scenario>" } as const;

function historyPath(flags: FlagReader): string {
  return flags.text("history") ?? "nightly.sqlite";
}
