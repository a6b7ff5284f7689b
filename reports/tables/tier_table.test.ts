import { expect, test } from "bun:test";
import { na } from "../../harness/measure/measured.ts";
import type { ArmSummary } from "../../harness/measure/run_summary.ts";
import { reportFixture } from "../report_fixture.ts";
import { tierTable } from "./tier_table.ts";

/** Row `what` of the table of one arm with these tiers: hit_tokens and hit_ratio as they are shown. */
function shown(what: string, over: Partial<ArmSummary["tiers"]>): (string | undefined)[] {
  const { summary } = reportFixture({ arms: 1 });
  const arms = summary.arms.map((arm) => ({ ...arm, tiers: { ...arm.tiers, ...over } }));
  const row = tierTable({ ...summary, arms }).rows.find(([, tier]) => tier?.text === what) ?? [];
  return row.slice(2, 4).map(({ text, why }) => (why === undefined ? text : `${text} (${why})`));
}

const tier = (hit_tokens: number): ArmSummary["tiers"]["hbm"] => ({
  ...{ hit_tokens, hit_ratio: hit_tokens / 1000, bytes: 0, load_ms_p50: 1 },
});
const UNTOLD = { ...tier(0), hit_tokens: na("one count for all tiers"), hit_ratio: na("one count") };

test("hits of all tiers are their sum, beside what was missed", () => {
  const tiers = { hbm: tier(100), cpu: tier(200), disk: tier(50), miss: { tokens: 650, ratio: 0.65 } };
  expect(shown("all tiers", tiers)).toEqual(["350", "35.0 %"]);
  expect(shown("miss", tiers)).toEqual(["650", "65.0 %"]);
});

test("of a server that does not tell its tiers apart, hits are what the misses leave", () => {
  // 600 missed are 75 % of 800.
  const tiers = { hbm: UNTOLD, cpu: UNTOLD, disk: UNTOLD, miss: { tokens: 600, ratio: 0.75 } };
  expect(shown("all tiers", tiers)).toEqual(["200", "25.0 %"]);
});

test("without any miss the prompts' length is not known, and the hits are n/a", () => {
  const tiers = { hbm: UNTOLD, cpu: UNTOLD, disk: UNTOLD, miss: { tokens: 0, ratio: 0 } };
  expect(shown("all tiers", tiers)).toEqual(["n/a (no prompt token was missed)", "100.0 %"]);
});
