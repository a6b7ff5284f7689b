// What a run says, in the fewest words: may it be believed, and what did the switch do. Every renderer starts with this.

import type { Comparison, RunSummary, Verdict } from "../../harness/measure/run_summary.ts";
import type { ReportInput } from "../report_input.ts";
import { type ComparedPair, groupComparisons } from "./compared_pairs.ts";
import { countOf } from "./count_of.ts";
import { formatChange, formatInterval, formatValue } from "./format_value.ts";
import { plainWords } from "./plain_words.ts";
import { VERDICT_WORDS } from "./verdict_words.ts";

export interface Headline {
  readonly valid: boolean;
  /** `VALID`, or in an invalid run what not to do with it. */
  readonly banner: string;
  /** Why it is invalid: failed checks, and how it ended; empty when valid. */
  readonly reasons: readonly string[];
  /** One per candidate; of a run that compares nothing, one that says so. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly title: string;
  /** Of the metric the sentence is about; null: nothing was compared, or nothing may be concluded. */
  readonly verdict: Verdict | null;
  /** `ttft_ms_mean 123.4 → 108.2: −12.3 % (95 % interval −15.1 … −9.4, 6 pairs): better.` */
  readonly sentence: string;
  /** The sentence in plain words; empty when nothing may be concluded. */
  readonly meaning: string;
  /** `13 metrics: 4 better, 1 worse (e2el_ms_p90), 6 no difference, 2 inconclusive.`; empty when nothing was compared. */
  readonly tally: string;
}

export function headlineOf({ manifest, summary }: ReportInput): Headline {
  const ended =
    manifest.status === "done" ? [] : [`the run is ${manifest.status}${because(manifest.reason)}`];
  const failed = summary.validity
    .filter(({ ok }) => ok === false)
    .map(({ check, detail }) => `${check}: ${detail}`);
  const unchecked = summary.valid || failed.length > 0 ? [] : ["the run was not checked"];
  const valid = summary.valid && ended.length === 0;
  const findings = findingsOf(groupComparisons(summary));
  return {
    valid,
    banner: valid ? `VALID: ${passedWords(summary)}` : "INVALID: do not use these numbers",
    reasons: valid ? [] : [...failed, ...ended, ...unchecked],
    findings: valid ? findings : findings.map(distrust),
  };
}

/** `all 9 validity checks passed`; `all 7 validity checks that apply passed, 4 do not`. */
function passedWords({ validity }: RunSummary): string {
  const passed = validity.filter(({ ok }) => ok === true).length;
  const open = validity.length - passed;
  return open === 0
    ? `all ${passed} validity checks passed`
    : `all ${passed} validity checks that apply passed, ${open} ${open === 1 ? "does" : "do"} not`;
}

/** A finding of an invalid run is shown, and is no verdict. */
function distrust(finding: Finding): Finding {
  return finding.verdict === null
    ? finding
    : { ...finding, verdict: null, meaning: "", title: `${finding.title} (of an invalid run)` };
}

function because(reason: string | null): string {
  return reason === null ? "" : `: ${reason}`;
}

function findingsOf(compared: readonly ComparedPair[]): Finding[] {
  if (compared.length === 0) {
    return [
      {
        title: "Nothing was compared",
        verdict: null,
        sentence: "The run has no comparison: it describes its arms, and decides nothing.",
        meaning: "",
        tally: "",
      },
    ];
  }
  return compared.map((pair) => {
    const main = mainRow(pair.rows);
    return {
      title: pair.title,
      verdict: main?.verdict ?? null,
      sentence: main === undefined ? "No metric could be compared." : describeRow(main),
      meaning: main === undefined ? "" : plainWords(main),
      tally: tallyOf(pair.rows),
    };
  });
}

/** What users ask first. */
const MAIN_METRICS = ["ttft_ms_mean", "e2el_ms_mean", "output_tokens_per_s"];

function mainRow(rows: readonly Comparison[]): Comparison | undefined {
  const main = MAIN_METRICS.map((metric) => rows.find((row) => row.metric === metric));
  return main.find((row) => row !== undefined) ?? rows[0];
}

function describeRow(row: Comparison): string {
  const unit = row.delta_unit ?? "percent";
  const values = `${formatValue(row.baseline_value, unit)} → ${formatValue(row.candidate_value, unit)}`;
  const interval = `95 % interval ${formatInterval(row.ci95_pct)}, ${countOf(row.pairs, "pair")}`;
  return `${row.metric} ${values}: ${formatChange(row.delta_pct, unit)} (${interval}): ${VERDICT_WORDS[row.verdict].words}.`;
}

const VERDICTS = ["better", "worse", "no_difference", "inconclusive"] as const;

function tallyOf(rows: readonly Comparison[]): string {
  const counts = VERDICTS.map((verdict) => {
    const found = rows.filter((row) => row.verdict === verdict).map((row) => row.metric);
    const names = verdict === "worse" && found.length > 0 ? ` (${found.join(", ")})` : "";
    return `${found.length} ${VERDICT_WORDS[verdict].words}${names}`;
  });
  return `${rows.length} metrics: ${counts.join(", ")}.`;
}
