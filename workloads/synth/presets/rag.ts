// Retrieval: instructions, the five chunks of a corpus that fit the question, best first, and the question. A prefix is shared
// as far as two questions find the same chunks in the same order, so popular first chunks are most of what is reused.

import { NS_PER_S } from "../../../harness/domain/units.ts";
import { drawLength } from "../draw_length.ts";
import type { SessionPlan, SharedText } from "../session_plan.ts";
import { ZipfTable } from "../zipf_table.ts";
import type { SessionPreset } from "./session_preset.ts";

const INSTRUCTIONS = { key: 0, tokens: 1_024 };
const CORPUS_CHUNKS = 2_000;
const CHUNK_TOKENS = 1_024;
const CHUNKS_PER_QUESTION = 5;
/** 3 % of the chunks, 60 of 2,000, then answer H(60) / H(2000) = 4.68 / 8.18 = 57 % of the questions. */
const POPULARITY_EXPONENT = 1;
/** Neighbouring chunks are found together: the rest of the list is the first chunk's neighbourhood with this probability. */
const NEIGHBOUR_PROBABILITY = 0.5;
const QUESTION_S = 0.5;

export const RAG: SessionPreset = {
  name: "rag",
  summary: "1,024 tokens of instructions, 5 of 2,000 chunks of 1,024 tokens by popularity, a short question",
  source:
    "popularity as RAGCache reports it (arXiv:2404.12457: 3 % of the documents in 60 % of the requests); sizes, list length and rate are assumptions",
  *plans(random): Generator<SessionPlan, never> {
    const popularity = new ZipfTable(CORPUS_CHUNKS, POPULARITY_EXPONENT);
    let at_ns = 0;
    for (;;) {
      at_ns += Math.round(random.exponential(QUESTION_S * NS_PER_S));
      const first = popularity.draw(random);
      const chunks = [first];
      for (let step = 1; chunks.length < CHUNKS_PER_QUESTION; step++) {
        const is_near = random.uniform() < NEIGHBOUR_PROBABILITY;
        const chunk = is_near ? (first + step) % CORPUS_CHUNKS : popularity.draw(random);
        if (!chunks.includes(chunk)) chunks.push(chunk);
      }
      const found: SharedText[] = chunks.map((chunk) => ({ key: 1 + chunk, tokens: CHUNK_TOKENS }));
      const turn = {
        new_tokens: drawLength(random, 64, 0.6, 1_024),
        output_tokens: drawLength(random, 256, 0.6, 1_024),
        gap_ns: 0,
      };
      yield { at_ns, shared: [INSTRUCTIONS, ...found], turns: [turn], in_step: false };
    }
  },
};
