// Retrieval: instructions, five chunks of a corpus by popularity, a question.
//
//   lengths   1/16: instructions and chunks of 64 tokens, prompts of about 390. A prefix is shared as far as two questions find
//             the same chunks in the same order, so what is found again is the instructions and a popular first chunk.
//   requests  300, so that popular first chunks come back: with 24 hardly one does
//   hbm       80 × 16 = 1,280 tokens an engine, three questions. The instructions stay in it, being in every prompt; a first
//             chunk is gone when three other questions came in between, and only the store still has it.
//             The corpus of 2,000 × 64 = 128,000 tokens is 33 times three engines' HBM, and fits the store's memory.
//   link      as in laptop_conversation

import type { Preset } from "./preset.ts";

export const LAPTOP_RAG: Preset = {
  name: "laptop_rag",
  reason:
    "300 questions to a corpus of 2,000 chunks, at 1/16 of their lengths, in engines that hold three at a time",
  input: {
    engine: { num_hbm_blocks: 80, num_decode_hbm_blocks: 2_048 },
    link: { bandwidth_bytes_per_s: 200_000_000 },
    load: { concurrency: 24 },
    workload: { name: "rag", sessions: 300, length_divisor: 16, time_divisor: 1_000 },
  },
};
