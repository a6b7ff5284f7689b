// Verdicts in words, with the tone a renderer gives them. The words alone must be enough: colour only repeats them.

import type { Verdict } from "../../harness/measure/run_summary.ts";
import type { Tone } from "../tables/report_table.ts";

export const VERDICT_WORDS: Readonly<Record<Verdict, { readonly words: string; readonly tone: Tone }>> = {
  better: { words: "better", tone: "good" },
  worse: { words: "worse", tone: "bad" },
  no_difference: { words: "no difference", tone: "quiet" },
  inconclusive: { words: "inconclusive", tone: "unsure" },
};
