// Questions to long documents: eight documents, each asked twice, then the next eight.
//
//   lengths   1/16: documents of 1,250 tokens, questions of 2, one token answered
//   requests  96, which are six groups of 8 × 2. Six are under way at once, not 24: more than a group would send both
//             questions to a document before the first is read, and nothing could be found again.
//   hbm       160 × 16 = 2,560 tokens an engine: two documents. Eight have 10,000, three engines' HBM holds 7,680 and the
//             second question mostly comes to another engine, so most hits are the store's.
//   link      as in laptop_conversation

import type { Preset } from "./preset.ts";

export const LAPTOP_DOCUMENT_QA: Preset = {
  name: "laptop_document_qa",
  reason: "six groups of eight documents, each asked twice, at 1/16 of their lengths",
  input: {
    engine: { num_hbm_blocks: 160, num_decode_hbm_blocks: 2_048 },
    link: { bandwidth_bytes_per_s: 200_000_000 },
    load: { concurrency: 6 },
    workload: { name: "long_document_qa", sessions: 96, length_divisor: 16, time_divisor: 1_000 },
  },
};
