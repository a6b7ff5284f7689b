// Planned sessions as a trace: their turns merged by time, prompts as block ids. Memory is the sessions under way, 16 bytes a
// request, and a name a shared text.

import { present } from "../../harness/domain/assert.ts";
import { type BlockHash, chainBlockHash, ROOT_HASH } from "../../harness/domain/block_hash.ts";
import { NS_PER_MS } from "../../harness/domain/units.ts";
import { EventHeap } from "./event_heap.ts";
import { type OpeningPrefix, Openings } from "./openings.ts";
import { PromptForest } from "./prompt_forest.ts";
import type { SessionPlan, SharedText } from "./session_plan.ts";
import type { SyntheticRequest } from "./synthetic_request.ts";

interface Progress {
  readonly plan: SessionPlan;
  readonly turn_index: number;
  /** The latest prompt, in the forest; null before the first. */
  readonly prompt: number | null;
}

/** Requests in the order of their times, as long as there are plans. */
export function* plannedTrace(
  plans: Iterator<SessionPlan>,
  block_tokens: number,
): Generator<SyntheticRequest, void> {
  const forest = new PromptForest(block_tokens);
  const openings = new Openings(forest);
  const due = new EventHeap<Progress>();
  let next = plans.next();
  for (;;) {
    while (next.done !== true && next.value.at_ns <= (due.first ?? Number.POSITIVE_INFINITY)) {
      due.push(next.value.at_ns, { plan: next.value, turn_index: 0, prompt: null });
      next = plans.next();
    }
    const at_ns = due.first;
    const progress = due.pop();
    if (at_ns === undefined || progress === undefined) return;
    const { plan, turn_index } = progress;
    const turn = present(plan.turns[turn_index], "a turn that is due is planned");
    const prompt = grow(forest, openings, progress, block_tokens);
    yield {
      // Traces count in ms.
      at_ns: Math.round(at_ns / NS_PER_MS) * NS_PER_MS,
      input_tokens: forest.tokens(prompt),
      output_tokens: turn.output_tokens,
      hash_ids: forest.ids(prompt),
    };
    const following = plan.turns[turn_index + 1];
    if (following !== undefined)
      due.push(at_ns + following.gap_ns, { plan, turn_index: turn_index + 1, prompt });
  }
}

function grow(forest: PromptForest, openings: Openings, progress: Progress, block_tokens: number): number {
  const { plan, turn_index, prompt } = progress;
  const { new_tokens } = present(plan.turns[turn_index], "a turn that is due is planned");
  if (prompt === null) {
    const shared_tokens = plan.shared.reduce((total, { tokens }) => total + tokens, 0);
    return openings.plant(openingOf(plan.shared, block_tokens), shared_tokens + new_tokens);
  }
  const earlier_tokens = forest.tokens(prompt);
  const answer_tokens = plan.turns[turn_index - 1]?.output_tokens ?? 0;
  const kept_blocks = Math.floor(earlier_tokens / block_tokens);
  return forest.branch(prompt, kept_blocks, earlier_tokens + answer_tokens + new_tokens);
}

/** The shared texts up to the end of each, in the blocks that lie wholly in them. */
function openingOf(shared: readonly SharedText[], block_tokens: number): OpeningPrefix[] {
  let name: BlockHash = ROOT_HASH;
  let end = 0;
  return shared.map(({ key, tokens }) => {
    end += tokens;
    name = chainBlockHash(name, [key, tokens], 0, 2);
    return { name, blocks: Math.floor(end / block_tokens) };
  });
}
