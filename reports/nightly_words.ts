// What a night means, in words: the same for the Markdown summary and the dashboard.

import type { NightFinding } from "../harness/study/nightly/judge_night.ts";
import { type NightReport, nightOutcome } from "../harness/study/nightly/night_report.ts";
import { countOf } from "./wording/count_of.ts";
import { formatChange, formatInterval } from "./wording/format_value.ts";

export function nightTitle(report: NightReport): string {
  const { night, findings, scenarios, runtime } = report;
  const count = findings.filter(({ status }) => status === "regressed").length;
  const invalid = scenarios.filter(({ valid }) => !valid).length;
  const outcome = {
    regressed: `${count} series REGRESSED`,
    invalid: `no regression, but ${invalid} of ${scenarios.length} scenarios INVALID`,
    steady: "no regression",
  }[nightOutcome(report)];
  return `Nightly ${night.night_id} (${night.suite}, ${runtime}, ${night.started_at.slice(0, 10)}): ${outcome}`;
}

export function describeRegression(finding: NightFinding): string {
  const { scenario, metric, paired, change, baseline_night_id, suspicions } = finding;
  const against =
    suspicions.includes("paired") && paired !== null
      ? `${formatChange(paired.estimate, metric.unit)} (${formatInterval([paired.lo, paired.hi])}) against night ${baseline_night_id}`
      : "";
  const drift =
    suspicions.includes("drift") && change !== null
      ? `${formatChange(change.estimate, metric.unit)} since night ${change.night_id} (change point)`
      : "";
  return `${scenario} ${metric.metric}: ${[against, drift].filter((text) => text !== "").join("; ")}, confirmed by a second run`;
}

/** What is no alarm, and still to be known: series that begin, and what tonight could not have seen. */
export function nightNotes({ findings, scenarios }: NightReport): string[] {
  const begun = scenarios.flatMap(({ scenario, nights_not_compared }) => {
    const own = findings.filter((finding) => finding.scenario === scenario);
    if (own.length === 0 || own.some(({ status }) => status !== "first")) return [];
    const others =
      nights_not_compared === 0
        ? ""
        : `; not compared with ${countOf(nights_not_compared, "earlier night")} of other settings or another host`;
    return [`${scenario} has its first night, which is the baseline of those to come${others}`];
  });
  return [...begun, ...undecidedNote(findings)];
}

/** No alarm, though the interval does not lie within the minimum effect: nobody can say that nothing changed. */
export function isUndecided({ status, paired, verdict }: NightFinding): boolean {
  return status === "steady" && paired !== null && verdict !== "no_difference";
}

function undecidedNote(findings: readonly NightFinding[]): string[] {
  const undecided = findings.filter(isUndecided);
  const widest = undecided.reduce<NightFinding | undefined>(
    (most, one) => (most === undefined || widthOf(one) > widthOf(most) ? one : most),
    undefined,
  );
  if (widest?.paired == null) return [];
  const { scenario, metric, paired } = widest;
  const unit = metric.unit === "percent" ? "%" : "pp";
  return [
    `${undecided.length} of ${findings.length} series undecided: their pairs differ too much to say that nothing changed, most in ${scenario} ${metric.metric} (${formatInterval([paired.lo, paired.hi])} ${unit}). A quieter machine sees smaller changes, or more pairs in the suite once a night with as many is acknowledged as the baseline`,
  ];
}

function widthOf({ paired }: NightFinding): number {
  return paired === null ? 0 : paired.hi - paired.lo;
}

/** `night 12 (abc123) … night 15 (def456)`: the last nights known to be good, and tonight. */
export function suspectBuilds({ night, nights }: NightReport, regressed: readonly NightFinding[]): string {
  const ids = regressed.map(({ suspicions, baseline_night_id, change, series }) => {
    const before = series.findLast(({ night_id }) => change !== null && night_id < change.night_id);
    return (suspicions.includes("paired") ? baseline_night_id : before?.night_id) ?? night.night_id;
  });
  const from = Math.min(...ids);
  const build = nights.find(({ night_id }) => night_id === from)?.build ?? "build not known";
  return `between night ${from}, ${build}, and tonight, ${night.build}`;
}

/** One command a regression, ready to be pasted but for the reason, without which it is refused. */
export function acceptCommands({ history_path }: NightReport, regressed: readonly NightFinding[]): string[] {
  return regressed.map(
    ({ scenario, metric }) =>
      `bun run nightly ack --history ${shellWord(history_path)} --scenario ${scenario} --metric ${metric.metric} --reason ""`,
  );
}

function shellWord(text: string): string {
  return /^[\w./=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
