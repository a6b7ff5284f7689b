// The one form that every trace takes inside: a stream of requests in the order of the file. Importers make it, and
// inspection, hit curves, conversion, synthesis and replay take it; nobody else knows a file format.
//
// A request is whole: its prompt holds the session's history, as the engine sees it. Prompts are described and not spelled
// out: hash_ids names blocks of `block_tokens` (a fact of the file, trace_file.ts) by chained hashes, so an equal id means
// an equal prompt up to the end of that block. The last block is partial where input_tokens is no multiple of it.

export interface TraceRequest {
  /** From the start of the trace. Null: the format has no times, and a session's turns follow each other. */
  readonly at_ns: number | null;
  /** Pause between the session's previous answer and this request; null where the format does not say. */
  readonly delay_ns: number | null;
  /** At least 1. */
  readonly input_tokens: number;
  /** At least 1. */
  readonly output_tokens: number;
  /** [ceil(input_tokens / block_tokens)], safe integers from 0. Null: the format says nothing of contents. */
  readonly hash_ids: readonly number[] | null;
  /** Null: the format does not tell sessions apart; inspect/session_finder.ts finds them by shared prefixes. */
  readonly session_id: string | null;
}
