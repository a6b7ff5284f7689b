// Questions to long documents: eight documents of 20,000 tokens, each asked twice in a random order, then eight others.

import { NS_PER_S } from "../../../harness/domain/units.ts";
import type { SessionPlan } from "../session_plan.ts";
import type { SessionPreset } from "./session_preset.ts";

const DOCUMENTS = 8;
const DOCUMENT_TOKENS = 20_000;
const REPEATS = 2;
const QUESTION_TOKENS = 32;
const ANSWER_TOKENS = 10;
const QUESTION_S = 2;

export const LONG_DOCUMENT_QA: SessionPreset = {
  name: "long_document_qa",
  summary: "8 documents of 20,000 tokens, each asked twice in random order, then the next 8",
  source:
    "vLLM's benchmark_long_document_qa_throughput.py: 8 documents of 20,000 tokens, 2 repeats, random order, 10 tokens answered (its defaults); questions of 32 tokens every 2 s (Poisson) are assumptions",
  *plans(random): Generator<SessionPlan, never> {
    let at_ns = 0;
    for (let group = 0; ; group++) {
      const asked = Array.from(
        { length: DOCUMENTS * REPEATS },
        (_, i) => group * DOCUMENTS + (i % DOCUMENTS),
      );
      for (const key of random.shuffle(asked)) {
        at_ns += Math.round(random.exponential(QUESTION_S * NS_PER_S));
        const turn = { new_tokens: QUESTION_TOKENS, output_tokens: ANSWER_TOKENS, gap_ns: 0 };
        yield { at_ns, shared: [{ key, tokens: DOCUMENT_TOKENS }], turns: [turn], in_step: false };
      }
    }
  },
};
