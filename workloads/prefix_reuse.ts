// How much of a workload's prompts an unbounded cache could serve: the ceiling that measured hit ratios stand under.
//
// A request's blocks count as cached once it has been seen: its full prompt blocks and, where an answer is quoted later,
// the blocks that the answer fills (all but its last token, whose KV no step computes). As in vLLM, a hit ends at a block
// boundary and leaves at least one prompt token to compute. Ratios are token-weighted over prompt tokens.
//
// Prompts are compared by spans and never expanded: two prompts share tokens as long as their spans have equal seeds. An
// answer is a function of the prompt before it, so equal prompts have equal answers. Requests are taken in the order of
// at_ns where turns have one, else session by session; the total does not depend on it.

import { assert, present } from "../harness/domain/assert.ts";
import type { Session, Turn } from "../harness/domain/session.ts";
import { type PrefixNode, PrefixTree, type Stretch } from "./prefix_tree.ts";

export interface PrefixReuse {
  readonly requests: number;
  readonly prompt_tokens: number;
  /** In full blocks of block_tokens. */
  readonly hit_tokens: number;
  /** hit_tokens ÷ prompt_tokens. */
  readonly theoretical_hit_ratio: number;
  /** Tokens of distinct full blocks, answers included: × KV bytes per token is what a store must hold to reach the ratio. */
  readonly working_set_tokens: number;
  /** Spans found whole ÷ spans: for a trace of hash ids, the hit ratio in trace blocks. */
  readonly span_hit_ratio: number;
}

export function measurePrefixReuse(sessions: readonly Session[], block_tokens: number): PrefixReuse {
  assert(Number.isInteger(block_tokens) && block_tokens > 0, "a block has tokens");
  const wholeBlocks = (tokens: number): number => Math.floor(tokens / block_tokens) * block_tokens;
  const tree = new PrefixTree();
  const total = { requests: 0, prompt_tokens: 0, hit_tokens: 0, working_set_tokens: 0 };
  let spans = 0;
  let hit_spans = 0;
  for (const { conversation, turn, turn_index } of inSendOrder(sessions)) {
    const prompt = tree.insert(tree.root, promptStretches(turn, conversation));
    conversation.prompt_ends[turn_index] = prompt.end;
    const answer_tokens = conversation.quoted_turns.has(turn_index) ? turn.output_tokens - 1 : 0;
    const answer = tree.insert(prompt.end, [{ key: answerKey(prompt.end), tokens: answer_tokens }]);
    const is_known = prompt.shared_tokens === prompt.tokens;
    const shared_tokens = prompt.shared_tokens + (is_known ? answer.shared_tokens : 0);
    total.requests++;
    total.prompt_tokens += prompt.tokens;
    total.hit_tokens += wholeBlocks(Math.min(prompt.shared_tokens, prompt.tokens - 1));
    total.working_set_tokens += wholeBlocks(prompt.tokens + answer.tokens) - wholeBlocks(shared_tokens);
    spans += turn.prompt.length;
    hit_spans += prompt.shared_stretches;
  }
  assert(total.requests > 0, "reuse is measured over at least one request");
  const theoretical_hit_ratio = total.hit_tokens / total.prompt_tokens;
  return { ...total, theoretical_hit_ratio, span_hit_ratio: hit_spans / spans };
}

interface Conversation {
  readonly session: Session;
  /** Turns whose answers a later turn quotes. */
  readonly quoted_turns: ReadonlySet<number>;
  /** [turn], filled as turns are taken. */
  readonly prompt_ends: PrefixNode[];
}

interface PlacedTurn {
  readonly conversation: Conversation;
  readonly turn: Turn;
  readonly turn_index: number;
}

function inSendOrder(sessions: readonly Session[]): PlacedTurn[] {
  const placed = sessions.flatMap((session) => {
    const conversation = { session, quoted_turns: quotedTurns(session), prompt_ends: [] };
    return session.turns.map((turn, turn_index) => ({ conversation, turn, turn_index }));
  });
  if (placed.some(({ turn }) => turn.at_ns === null)) return placed;
  return placed.sort((a, b) => (a.turn.at_ns ?? 0) - (b.turn.at_ns ?? 0));
}

function quotedTurns(session: Session): Set<number> {
  const spans = session.turns.flatMap((turn) => turn.prompt);
  return new Set(spans.flatMap((span) => (span.kind === "answer" ? [span.turn_index] : [])));
}

function promptStretches(turn: Turn, { session, prompt_ends }: Conversation): Stretch[] {
  return turn.prompt.map((span) => {
    if (span.kind === "seeded") return { key: span.seed, tokens: span.tokens };
    const end = present(prompt_ends[span.turn_index], "a quoted turn comes before the turn that quotes it");
    return { key: answerKey(end), tokens: session.turns[span.turn_index]?.output_tokens ?? 0 };
  });
}

/** The answer to a prompt as a stream of its own; seeds of streams are not negative. */
function answerKey(prompt_end: PrefixNode): number {
  return -1 - prompt_end.node_id;
}
