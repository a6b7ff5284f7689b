// `bun run report <run-dir>`: writes the reports of a stored run again and prints the one for the terminal. Never re-runs and
// never judges anew: everything comes from the run directory.

import { mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ReportInput } from "../../reports/report_input.ts";
import { renderTerminal } from "../../reports/terminal_report.ts";
import { type ReportFile, renderAll } from "../../reports/write_reports.ts";
import { formatConfigProblem } from "../config/config_problem.ts";
import { FlagReader } from "../config/flag_reader.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { readRun } from "../measure/read_run.ts";
import { wordFsError } from "../measure/run_directory_error.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";

const HELP = `report <run-dir> [options]

Writes the reports of a stored run again (report.html, report.md, requests.csv, metrics.csv, summary.prom,
vllm_bench.*.json) and prints the tables. Nothing is measured or judged anew.

  --out DIR   write the reports there instead of into the run directory
  --json      print the run's summary.json instead of the tables
  --help      this text

Example:
  bun run report runs/20261121T012809Z_3p1d_multi_turn_preferred_segment

Exit codes: 0 done; 2 usage, or not a run directory; 3 the run is invalid, or was not summarised.
`;

const FLAGS = { help: "switch", json: "switch", out: "value" } as const;

process.exitCode = report(process.argv.slice(2));

function report(argv: readonly string[]): ExitCode {
  const flags = new FlagReader(argv, FLAGS);
  if (flags.has("help")) return print(HELP, EXIT.DONE);
  const run_path = flags.onlyPositional("run-dir", "Use for example report runs/<utc>_<scenario>.");
  if (flags.problems.length > 0) return complain(flags.problems.map(formatConfigProblem), EXIT.USAGE);

  const directory = checkDirectory(run_path);
  if (!directory.ok) return complain([directory.error], EXIT.USAGE);
  const run = readRun(run_path);
  if (!run.ok) return complain([run.error.message], EXIT.USAGE);
  for (const warning of run.value.warnings) console.error(`report: ${join(run_path, warning)}`);
  const { manifest, summary, records, events } = run.value;
  if (summary === null) return complain([describeUnsummarised(run_path, manifest)], EXIT.INVALID_RUN);

  const input = { manifest, summary, records, events };
  const written = writeFiles(flags.text("out") ?? run_path, renderAll(input));
  if (!written.ok) return complain([written.error], EXIT.USAGE);
  return print(
    flags.has("json") ? `${JSON.stringify(summary, null, 2)}\n` : terminalText(input, run_path),
    summary.valid && manifest.status === "done" ? EXIT.DONE : EXIT.INVALID_RUN,
  );
}

function checkDirectory(path: string): Result<void, string> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return ok(undefined);
  const got = found === undefined ? "nothing there" : "a file";
  return err(
    `run-dir: must be a run directory, got ${got}: ${path}. Name one such as runs/<utc>_<scenario>; see ls runs.`,
  );
}

function describeUnsummarised(path: string, { status, reason }: ReportInput["manifest"]): string {
  const why = reason === null ? status : `${status} (${reason})`;
  return `${path}: must have a summary.json to be reported, and has none: the run is ${why}. Its requests.jsonl and logs/ are there to read; run the bench again for a report.`;
}

/** Each file is replaced whole, so that a reader never sees half of one. */
function writeFiles(directory: string, files: readonly ReportFile[]): Result<void, string> {
  try {
    mkdirSync(directory, { recursive: true });
    for (const { file_name, text } of files) {
      const path = join(directory, file_name);
      writeFileSync(`${path}.part`, text);
      renameSync(`${path}.part`, path);
    }
    return ok(undefined);
  } catch (cause) {
    return err(wordFsError(directory, cause).message);
  }
}

function terminalText(input: ReportInput, run_path: string): string {
  const colours = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
  return renderTerminal(input, { colours, run_path });
}

function print(text: string, code: ExitCode): ExitCode {
  process.stdout.write(text);
  return code;
}

function complain(lines: readonly string[], code: ExitCode): ExitCode {
  for (const line of lines) console.error(`report: ${line}`);
  return code;
}
