// Verdicts in words, with the tone a renderer gives them.

import type { Verdict } from "../../harness/measure/run_summary.ts";
import type { TonedWords } from "./toned_words.ts";

export const VERDICT_WORDS: Readonly<Record<Verdict, TonedWords>> = {
  better: { words: "better", tone: "good" },
  worse: { words: "worse", tone: "bad" },
  no_difference: { words: "no difference", tone: "quiet" },
  inconclusive: { words: "inconclusive", tone: "unsure" },
};
