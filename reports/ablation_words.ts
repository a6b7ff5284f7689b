// A study's claim beside its measurement, in sentences.

import type { ClaimAnswer, ClaimOutcome } from "../harness/study/ablation/claim_outcome.ts";
import type { Tone } from "./tables/report_table.ts";
import { formatChange, formatInterval } from "./wording/format_value.ts";

export const CLAIM_WORDS: Readonly<Record<ClaimAnswer, { readonly words: string; readonly tone: Tone }>> = {
  confirmed: { words: "confirmed", tone: "good" },
  wrong_size: { words: "direction confirmed, size is another", tone: "unsure" },
  contradicted: { words: "contradicted", tone: "bad" },
  open: { words: "open: these blocks do not decide it", tone: "unsure" },
};

export function claimSentence({ claim }: ClaimOutcome): string {
  const { text, source } = claim;
  return `Claim: ${text}${source === null ? "" : ` (${source})`}.`;
}

/** `ttft_ms_mean, off → local: claimed lower by 10 to 30 %; measured −15.1 % (−17.0 … −13.2): confirmed.` */
export function claimMeasured({ claim, effect, answer }: ClaimOutcome): string {
  const where = `${claim.metric}, ${claim.factor} ${claim.from} → ${claim.to}`;
  const unit = effect?.unit === "points" ? "points" : "%";
  const size = claim.size === null ? ", no size stated" : ` by ${claim.size[0]} to ${claim.size[1]} ${unit}`;
  const measured =
    effect === null
      ? "not measured (a cell lacks the metric, or its baseline is zero)"
      : `measured ${formatChange(effect.estimate, effect.unit)} (${formatInterval(effect.ci95)}, ${effect.blocks} blocks)`;
  return `${where}: claimed ${claim.direction}${size}; ${measured}: ${CLAIM_WORDS[answer].words}.`;
}
