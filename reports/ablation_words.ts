// A study's claim beside its measurement, in sentences.

import type { ChangeOutcome, ClaimAnswer, ClaimOutcome } from "../harness/study/ablation/claim_outcome.ts";
import type { StudyEffect } from "../harness/study/ablation/effects.ts";
import type { StudyOutcome } from "../harness/study/ablation/study_outcome.ts";
import { formatChange, formatInterval } from "./wording/format_value.ts";
import type { TonedWords } from "./wording/toned_words.ts";

export const CLAIM_WORDS: Readonly<Record<ClaimAnswer, TonedWords>> = {
  confirmed: { words: "confirmed", tone: "good" },
  wrong_size: { words: "direction confirmed, size is another", tone: "unsure" },
  contradicted: { words: "contradicted", tone: "bad" },
  open: { words: "open: these blocks do not decide it", tone: "unsure" },
};

export function claimSentence({ claim }: ClaimOutcome): string {
  const { text, source } = claim;
  return `Claim: ${text}${source === null ? "" : ` (${source})`}.`;
}

/**
 * `ttft_ms_mean, off → local: claimed lower by 10 to 30 %; measured −5.1 % (−7.0 … −3.2, 4 blocks); agrees in direction: yes, in
 * size: no, because the link is not the bottleneck here.`
 */
export function changeMeasured({ factor, from, to }: ClaimOutcome["claim"], change: ChangeOutcome): string {
  const { expected, effect, answer } = change;
  const { metric, direction, size, because } = expected;
  const unit = effect?.unit === "points" ? "points" : "%";
  const no_size = direction === "unmoved" ? "" : ", no size stated";
  const claimed = size === null ? no_size : ` by ${size[0]} to ${size[1]} ${unit}`;
  const measured =
    effect === null
      ? "not measured (a cell lacks the metric, or its baseline is zero)"
      : `measured ${formatChange(effect.estimate, effect.unit)} (${formatInterval(effect.ci95)}, ${effect.blocks} blocks)`;
  const [in_direction, in_size] = AGREEMENT[answer];
  const agrees =
    direction === "unmoved"
      ? `agrees: ${in_direction}`
      : `agrees in direction: ${in_direction}${size === null ? "" : `, in size: ${in_size}`}`;
  const why = answer === "confirmed" || because === null ? "" : `, because ${because}`;
  return `${metric}, ${factor} ${from} → ${to}: claimed ${direction}${claimed}; ${measured}; ${agrees}${why}.`;
}

/** In direction, and in size where one is claimed. */
const AGREEMENT: Readonly<Record<ClaimAnswer, readonly [string, string]>> = {
  confirmed: ["yes", "yes"],
  wrong_size: ["yes", "no"],
  contradicted: ["no", "no"],
  open: ["undecided by these blocks", "undecided"],
};

export const BLOCKS_ALIKE =
  "Every block gave the same figures: seeds change nothing that counts here, so these intervals have no width and stand for one run.";

/** `… run the study anew: blocks: 9 for ttft_ms_mean, a: off → on; …` */
export function studyNextSteps({ valid, effects }: StudyOutcome): string[] {
  if (!valid)
    return ["Remove the reasons above, then call the same study again: it runs what is missing or invalid."];
  const open = effects.filter(({ verdict }) => verdict === "inconclusive");
  if (open.length === 0) {
    return ["Every effect is decided: take the largest to the scale that you run, and repeat it there."];
  }
  const wanted = open.filter(({ blocks_to_decide }) => blocks_to_decide !== null);
  const by_blocks = [...Map.groupBy(wanted, ({ blocks_to_decide }) => blocks_to_decide ?? 0)].sort(
    ([a], [b]) => a - b,
  );
  const each = by_blocks.map(([blocks, of]) => `blocks: ${blocks} for ${of.map(nameOf).join(", ")}`);
  const out_of_reach = open.filter(({ blocks_to_decide }) => blocks_to_decide === null).map(nameOf);
  return [
    ...(each.length === 0 ? [] : [`Run the study anew to decide what is inconclusive: ${each.join("; ")}.`]),
    ...(out_of_reach.length === 0
      ? []
      : [
          `No number of blocks in reach decides ${out_of_reach.join(", ")}: lengthen the runs, or raise min_effect_pct.`,
        ]),
  ];
}

function nameOf({ metric, name }: StudyEffect): string {
  return `${metric} (${name})`;
}

export const READING_EFFECTS =
  "change and ci95 compare a level with the factor's first level, over blocks that ran the same conversations in every cell; ci95 decides. bootstrap95 is the same change with blocks and conversations resampled, p_holm the p-value adjusted for all effects of the study, p_sign_flip one that does not assume normality.";
