// Tables of a night: every series with its finding, and the scenarios that ran.

import type { NightFinding, NightStatus } from "../harness/study/nightly/judge_night.ts";
import type { NightReport } from "../harness/study/nightly/night_report.ts";
import { isUndecided } from "./nightly_words.ts";
import { type Cell, cell, left, missingCell, type ReportTable, right } from "./tables/report_table.ts";
import { formatChange, formatInterval, formatProbability, formatValue } from "./wording/format_value.ts";
import type { TonedWords } from "./wording/toned_words.ts";

const STATUS_WORDS: Readonly<Record<NightStatus, TonedWords>> = {
  regressed: { words: "REGRESSED", tone: "bad" },
  unconfirmed: { words: "suspicious, not confirmed", tone: "unsure" },
  improved: { words: "improved", tone: "good" },
  steady: { words: "steady", tone: "quiet" },
  first: { words: "first night", tone: "quiet" },
};

const UNDECIDED: TonedWords = { words: "undecided", tone: "quiet" };

const ORDER: readonly NightStatus[] = ["regressed", "unconfirmed", "improved", "steady", "first"];

/** The worst first. */
export function findingsTable({ findings }: NightReport): ReportTable {
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
  return {
    title: "Tonight against the baseline night",
    columns: [
      left("status"),
      left("scenario"),
      left("metric"),
      right("tonight"),
      right("change"),
      right("ci95"),
      right("p_holm"),
      right("noise_limit"),
      left("change_point"),
    ],
    rows: sorted.map(findingRow),
  };
}

function findingRow(finding: NightFinding): Cell[] {
  const { words, tone } = isUndecided(finding) ? UNDECIDED : STATUS_WORDS[finding.status];
  const { unit, metric } = finding.metric;
  const { paired, gate, change, p_holm } = finding;
  const unpaired = missingCell(whyUnpaired(finding));
  return [
    cell(words, tone),
    cell(finding.scenario),
    cell(metric),
    cell(formatValue(finding.tonight, unit)),
    paired === null ? unpaired : cell(formatChange(paired.estimate, unit)),
    paired === null ? unpaired : cell(formatInterval([paired.lo, paired.hi])),
    p_holm === null ? unpaired : cell(formatProbability(p_holm)),
    gate === null ? missingCell("too few nights") : cell(`± ${gate.limit.toFixed(1)}`),
    cell(change === null ? "none" : `night ${change.night_id}: ${formatChange(change.estimate, unit)}`),
  ];
}

function whyUnpaired({ baseline_night_id, pairs }: NightFinding): string {
  if (baseline_night_id === null) return "no baseline";
  return pairs < 2 ? "fewer than two pairs that both nights ran" : "a baseline of zero";
}

export function scenariosTable({ scenarios }: NightReport): ReportTable {
  return {
    title: "Scenarios",
    columns: [left("scenario"), left("run"), left("problems"), left("run_directory")],
    rows: scenarios.map(({ scenario, valid, problems, run_path }) => [
      cell(scenario),
      cell(valid ? "valid" : "INVALID", valid ? "quiet" : "bad"),
      cell(problems.join("; ") || "none"),
      cell(run_path),
    ]),
  };
}
