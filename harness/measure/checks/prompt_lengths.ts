// Prompts of a server that somebody else runs are as long as the workload says where they travel as token ids: every request is
// checked. Where they travel as words, only the server knows their length, and by how much it differs is told.

import type { ArmSummary, ValidityCheck } from "../run_summary.ts";
import { fail, notApplicable, pass, percent } from "./check_result.ts";

export interface PromptLengths {
  readonly travel_as: "tokens" | "chat";
  /** Of an arm: as the workload counts them. */
  readonly planned_tokens: number;
}

export function checkPromptLengths(
  arms: readonly ArmSummary[],
  { travel_as, planned_tokens }: PromptLengths,
): ValidityCheck {
  const check = "prompts are as long as the workload says";
  const counted = arms.map(({ name, duration_s, throughput, errors, rejected }) => ({
    name,
    is_whole: errors + rejected === 0,
    tokens: Math.round(throughput.input_tokens_per_s * duration_s),
  }));
  const told = counted.map(({ name, tokens }) => `${name}: ${tokens} of ${planned_tokens} tokens`).join(", ");
  if (travel_as === "chat") {
    const factors = counted.map(({ tokens }) => percent(tokens / planned_tokens)).join(", ");
    return notApplicable(
      check,
      `they travel as words, which the server counts as ${factors} of the workload's tokens (${told})`,
    );
  }
  const other = counted.filter(({ is_whole, tokens }) => is_whole && tokens !== planned_tokens);
  return other.length === 0
    ? pass(check, told)
    : fail(
        check,
        [told],
        "Look at input_tokens in requests.jsonl: the server counts prompts otherwise than their token ids.",
      );
}
