// What is in hand after one arm of one pair has run on its fresh stack: the input of summaries, ledger and comparisons.

import type { RequestRecord } from "../domain/request_record.ts";
import type { EngineRole } from "../domain/topology.ts";
import type { EngineLogFacts } from "./engine_log.ts";
import type { Samples } from "./prometheus_text.ts";

export interface ArmRun {
  readonly pair_index: number;
  /** First intended send to last token. */
  readonly duration_ns: number;
  readonly records: readonly RequestRecord[];
  readonly scrapes: readonly ProcessScrape[];
  /** What went wrong or was made to: `owner-1 killed at 12.0 s`. */
  readonly faults: readonly string[];
  /** Of all engines together; absent where their logs are not read. */
  readonly engine_log?: EngineLogFacts;
}

/** `/metrics` of one process around the load. Null: it could not be scraped. */
export interface ProcessScrape {
  readonly process: string;
  readonly kind: "master" | "owner" | "engine" | "router";
  /** Of an engine; null for the others. */
  readonly role: EngineRole | null;
  readonly before: Samples | null;
  readonly after: Samples | null;
}
