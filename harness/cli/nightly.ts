// `bun run nightly`: tonight's scenarios, judged against their history; and the commands that keep that history.

import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { renderNightlyHtml } from "../../reports/nightly_html.ts";
import { renderNightlyMarkdown } from "../../reports/nightly_markdown.ts";
import { OsClock } from "../clock/os_clock.ts";
import { present } from "../domain/assert.ts";
import { historyCsv, historyJson } from "../study/nightly/export_history.ts";
import { History } from "../study/nightly/history.ts";
import { importRun } from "../study/nightly/import_run.ts";
import { type NightReport, nightOutcome } from "../study/nightly/night_report.ts";
import { openHost } from "./bench/run_host.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import {
  type AckOptions,
  type FileOptions,
  NIGHTLY_HELP,
  type NightOptions,
  parseNightlyOptions,
} from "./nightly/nightly_options.ts";
import { type PlannedScenario, planNight, runNight, wordProblems } from "./nightly/nightly_run.ts";
import { Progress } from "./progress.ts";
import { runNightlySelftest } from "./selftest/nightly_selftest.ts";

process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const parsed = parseNightlyOptions(argv);
  if (!parsed.ok) return complain([...wordProblems(parsed.error), "See bun run nightly --help."], EXIT.USAGE);
  const options = parsed.value;
  if (options.kind === "help") return print(NIGHTLY_HELP);
  if (options.kind === "selftest") return runNightlySelftest();
  const opened = History.open(options.history_path);
  if (!opened.ok) return complain([opened.error], EXIT.USAGE);
  using history = opened.value;
  switch (options.kind) {
    case "night":
      return await night(options, history);
    case "ack":
      return acknowledge(options, history);
    default:
      return keep(options, history);
  }
}

async function night(options: NightOptions, history: History): Promise<ExitCode> {
  const planned = planNight(options);
  if (!planned.ok) return complain(wordProblems(planned.error), EXIT.USAGE);
  if (options.dry_run) return print(describePlan(options, planned.value, history));
  const os_clock = new OsClock();
  const progress = new Progress(os_clock, process.stderr.isTTY);
  const first = present(planned.value[0], "a suite has a scenario");
  const host = await openHost(first.context, os_clock, progress);
  if (!host.ok) return complain([host.error], EXIT.STACK_FAILED);
  const interrupt = new AbortController();
  process.on("SIGINT", () => interrupt.abort());
  process.on("SIGTERM", () => interrupt.abort());
  const deps = { options, history, host: host.value, os_clock, progress, signal: interrupt.signal };
  const report = await runNight(planned.value, deps);
  await host.value.close();
  progress.end();
  if (!report.ok) return complain([report.error.message], report.error.exit_code);
  return publish(options, report.value);
}

/** Markdown goes to the console, to the CI job's summary where there is one, and beside the dashboard. */
function publish({ out_dir, json }: NightOptions, report: NightReport): ExitCode {
  const markdown = renderNightlyMarkdown(report);
  mkdirSync(out_dir, { recursive: true });
  writeFileSync(join(out_dir, "nightly.md"), markdown);
  writeFileSync(join(out_dir, "nightly.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(out_dir, "nightly.html"), renderNightlyHtml(report));
  const job_summary = process.env["GITHUB_STEP_SUMMARY"];
  if (job_summary !== undefined && job_summary !== "") appendFileSync(job_summary, markdown);
  print(json ? JSON.stringify(report, null, 2) : `${markdown}\nDashboard: ${join(out_dir, "nightly.html")}`);
  return { regressed: EXIT.WORSE, invalid: EXIT.INVALID_RUN, steady: EXIT.DONE }[nightOutcome(report)];
}

function describePlan(
  { suite, runtime, history_path }: NightOptions,
  planned: readonly PlannedScenario[],
  history: History,
): string {
  const lines = planned.map(({ scenario, config_key }) => {
    const nights = history.series(scenario, config_key, suite.metrics[0] ?? "").length;
    return `  ${scenario}: ${suite.pairs} runs, ${nights} comparable nights in the history`;
  });
  return [`suite ${suite.name}, ${runtime}, history ${history_path}`, ...lines].join("\n");
}

function acknowledge({ scenario, metric, reason }: AckOptions, history: History): ExitCode {
  const latest = history.nights().at(-1);
  if (latest === undefined)
    return complain(["nightly ack: must have a night to accept, got an empty history."], EXIT.USAGE);
  const series = history.seriesNames().filter(({ latest_night_id }) => latest_night_id === latest.night_id);
  const known = [...new Set(series.map((one) => one.scenario))];
  const scenarios = scenario === null ? known : known.filter((name) => name === scenario);
  if (scenarios.length === 0) {
    return complain(
      [
        `--scenario: must have a valid run in night ${latest.night_id}, got ${scenario ?? "none that has"}. ${useOneOf(known)}`,
      ],
      EXIT.USAGE,
    );
  }
  const metrics = [...new Set(series.map((one) => one.metric))];
  if (metric !== null && !metrics.includes(metric)) {
    return complain([`--metric: must be in the history, got ${metric}. ${useOneOf(metrics)}`], EXIT.USAGE);
  }
  const acked_at = new OsClock().wallTime();
  for (const name of scenarios) {
    history.acknowledge({ night_id: latest.night_id, scenario: name, metric, reason, acked_at });
  }
  return print(
    `night ${latest.night_id} is the baseline of ${scenarios.join(", ")} (${metric ?? "all metrics"}): ${reason}`,
  );
}

function useOneOf(names: readonly string[]): string {
  return names.length === 0 ? "Run a night first." : `Use one of ${names.join(", ")}.`;
}

function keep({ kind, path }: FileOptions, history: History): ExitCode {
  if (kind === "backup") {
    const copied = history.backup(path);
    return copied.ok ? print(`copied to ${path}`) : complain([copied.error], EXIT.USAGE);
  }
  if (kind === "import") {
    const imported = importRun(history, path);
    return imported.ok
      ? print(`${imported.value} arms of ${path} imported`)
      : complain([imported.error], EXIT.USAGE);
  }
  if (!/\.(json|csv)$/.test(path)) {
    return complain([`file: must end in .json or .csv, got ${path}.`], EXIT.USAGE);
  }
  writeFileSync(path, path.endsWith(".csv") ? historyCsv(history) : historyJson(history));
  return print(`exported to ${path}`);
}

function print(text: string): ExitCode {
  console.log(text);
  return EXIT.DONE;
}

function complain(lines: readonly string[], code: ExitCode): ExitCode {
  for (const line of lines) console.error(line);
  return code;
}
