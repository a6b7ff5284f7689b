// `nightly --selftest`: how late the nightly's own detector sees a known regression, and how often it alarms for nothing.

import { cell, missingCell, right } from "../../../reports/tables/report_table.ts";
import { makePaint } from "../../../reports/terminal/ansi.ts";
import { terminalTable } from "../../../reports/terminal/terminal_table.ts";
import { measureDetector, type SyntheticPlan } from "../../study/nightly/synthetic_nights.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";

const PLAN: Omit<SyntheticPlan, "regression"> = {
  nights: 200,
  series_count: 12,
  pairs: 4,
  night_sd_pct: 1,
  pair_sd_pct: 2,
};
const EFFECTS_PCT = [3, 5, 10];
const HISTORIES = 3;
const AT_NIGHT = 100;
/** More would have people ignore them. */
const FALSE_ALARMS_PER_100_NIGHTS_MAX = 2;

export async function runNightlySelftest(): Promise<ExitCode> {
  const rows = [];
  let false_alarms = 0;
  let nights = 0;
  for (const effect_pct of EFFECTS_PCT) {
    const figures = [];
    for (let seed = 1; seed <= HISTORIES; seed++) {
      figures.push(await measureDetector({ ...PLAN, regression: { at_night: AT_NIGHT, effect_pct } }, seed));
    }
    false_alarms += figures.reduce((sum, one) => sum + one.false_alarms, 0);
    nights += HISTORIES * PLAN.nights;
    const delays = figures.map(({ detection_delay_nights }) => detection_delay_nights);
    const seen = delays.filter((delay) => delay !== null);
    rows.push([
      cell(`+${effect_pct} %`),
      cell(`${seen.length} of ${HISTORIES}`),
      seen.length === 0 ? missingCell("not seen") : cell(seen.join(", ")),
      cell((figures.reduce((sum, one) => sum + one.false_alarms_per_100_nights, 0) / HISTORIES).toFixed(2)),
    ]);
  }
  const columns = [
    right("regression"),
    right("seen"),
    right("delay_nights"),
    right("false_alarms_per_100_nights"),
  ];
  const title = `${PLAN.nights} nights of ${PLAN.series_count} series, ${PLAN.pairs} pairs a night; nights differ by ${PLAN.night_sd_pct} %, pairs by ${PLAN.pair_sd_pct} %; synthetic`;
  console.log(terminalTable({ title, columns, rows }, 120, makePaint(false)));
  const rate = (100 * false_alarms) / nights;
  const holds = rate <= FALSE_ALARMS_PER_100_NIGHTS_MAX;
  console.log(
    `${holds ? "holds" : "FAILS"}: ${rate.toFixed(2)} false alarms per 100 nights of the whole suite, at most ${FALSE_ALARMS_PER_100_NIGHTS_MAX} allowed`,
  );
  return holds ? EXIT.DONE : EXIT.WORSE;
}
