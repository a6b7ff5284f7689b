// What several clients of one load came to, as one.

import { assert, present } from "../../domain/assert.ts";
import type { LoadProgress, LoadResult } from "../load_result.ts";
import { mergeRatio } from "../merge_ratio.ts";

/** peak_streams is the sum of the clients' peaks, which need not have been at the same time. */
export function mergeResults(results: readonly LoadResult[]): LoadResult {
  const first = present(results[0], "a load has a client");
  assert(
    results.every(({ started_ns }) => started_ns === first.started_ns),
    "the clients of a load share its start",
  );
  const sum = (of: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const reads = {
    token_events: sum((result) => result.token_events),
    token_reads: sum((result) => result.token_reads),
  };
  return {
    ...mergeProgress(results),
    ...reads,
    started_ns: first.started_ns,
    ended_ns: Math.max(...results.map((result) => result.ended_ns)),
    interrupted: results.some((result) => result.interrupted),
    not_sent_requests: sum((result) => result.not_sent_requests),
    events: sum((result) => result.events),
    merge_ratio: mergeRatio(reads),
    peak_streams: sum((result) => result.peak_streams),
    connections_opened: sum((result) => result.connections_opened),
    reconnects: sum((result) => result.reconnects),
  };
}

export function mergeProgress(of_clients: readonly LoadProgress[]): LoadProgress {
  const sum = (of: (progress: LoadProgress) => number): number =>
    of_clients.reduce((total, progress) => total + of(progress), 0);
  return {
    planned_requests: sum((progress) => progress.planned_requests),
    sent_requests: sum((progress) => progress.sent_requests),
    finished_requests: sum((progress) => progress.finished_requests),
    failed_requests: sum((progress) => progress.failed_requests),
  };
}
