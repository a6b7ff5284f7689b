// One run against a server that is up: proved empty where somebody can tell, the load, its metrics around it. Who started it, and
// what empties it, is the caller's to know.

import { assert } from "../../domain/assert.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import type { Result } from "../../domain/result.ts";
import { ok } from "../../domain/result.ts";
import { msToNs, NS_PER_S } from "../../domain/units.ts";
import type { HttpTarget } from "../../load/http/http_target.ts";
import type { ProcessScrape } from "../../measure/arm_run.ts";
import { type ColdStartFacts, checkColdStart, coldStartFacts } from "../../measure/cold_start.ts";
import { na } from "../../measure/measured.ts";
import { ENGINE_SERIES } from "../../measure/metric_names.ts";
import type { Samples } from "../../measure/prometheus_text.ts";
import { runDurationNs } from "../../measure/run_duration.ts";
import type { Measured } from "../../measure/run_summary.ts";
import { SAMPLE_TIMEOUT_MS, sampleSeries } from "../../measure/sample_series.ts";
import type { ArmOutcome, ArmRunOptions } from "../bench/arm_runner.ts";
import { driveLoad, type LoadHost } from "../bench/drive_load.ts";
import { type ScrapedUrl, scrapeUrls } from "./endpoint_server.ts";

export interface MeasuredServer {
  readonly target: HttpTarget;
  readonly model: string;
  readonly urls: readonly ScrapedUrl[];
  /** Why nobody can tell that it starts empty; null: its masters tell, and must. */
  readonly unseen: string | null;
  /** Aborted when it has died under load. */
  readonly lost: AbortSignal;
  /** What of a record is believed. */
  readonly readRecord: (record: RequestRecord) => RequestRecord;
}

/** The caller has emptied the server. The error is worded for the user. */
export async function measureServer(
  options: ArmRunOptions & LoadHost,
  server: MeasuredServer,
): Promise<Result<ArmOutcome, string>> {
  const { pair_index, onStage, clock, arm, seed, sessions, signal } = options;
  const { urls } = server;
  const { before, cold_start } = await startOf(server, options);
  onStage("load");
  const records: RequestRecord[] = [];
  const loaded = new AbortController();
  const sampling = sampleSeries({
    clock,
    processes: urls,
    scrapeAll: (some) => scrapeUrls(some, SAMPLE_TIMEOUT_MS),
    onSample: options.onSample,
    ended: loaded.signal,
  });
  const load = await driveLoad(options, {
    onStart: () => {},
    job: { load: arm.config.load, sessions, seed, arm: arm.name, pair_index, model: server.model },
    target: server.target,
    onRecord: (told) => {
      const record = server.readRecord(told);
      records.push(record);
      options.onRecord(record);
    },
    onProgress: options.onProgress,
    onPhaseEnd: () => Promise.resolve(),
    signal: AbortSignal.any([signal, server.lost]),
  }).finally(() => loaded.abort());
  await sampling;
  if (!load.ok) return load;

  const after = signal.aborted ? urls.map(() => null) : await settled(urls, options);
  const scrapes = urls.map(
    ({ name, kind, role }, i): ProcessScrape => ({
      ...{ process: name, kind, role },
      before: before[i] ?? null,
      after: after[i] ?? null,
    }),
  );
  const run = { pair_index, duration_ns: runDurationNs(records), records, scrapes, faults: [] };
  return ok({ run, load: load.value, cold_start, traces: [] });
}

interface Start {
  readonly before: readonly (Samples | null)[];
  readonly cold_start: Measured<ColdStartFacts>;
}

const POLL_MS = 100;
const LIMIT_S = 5;

/** After a reset, once the masters that can be seen hold nothing, or with what they still hold after LIMIT_S. */
async function startOf(
  { urls, unseen }: MeasuredServer,
  { clock, arm, pair_index }: ArmRunOptions & LoadHost,
): Promise<Start> {
  if (unseen !== null) return { before: await scrapeUrls(urls), cold_start: na(unseen) };
  assert(
    urls.some(({ kind }) => kind === "master"),
    "a server that can be seen empty has a master",
  );
  const deadline_ns = clock.now_ns() + LIMIT_S * NS_PER_S;
  for (;;) {
    const before = await scrapeUrls(urls);
    const masters = before.filter((_, i) => urls[i]?.kind === "master");
    const cold_start = coldStartFacts({ arm: arm.name, pair_index }, masters, [], null);
    if (checkColdStart([cold_start]).ok === true || clock.now_ns() > deadline_ns)
      return { before, cold_start };
    await clock.sleepUntil(clock.now_ns() + msToNs(POLL_MS));
  }
}

/** The metrics once two scrapes in a row count the same: what the last requests left running has then ended. */
async function settled(
  urls: readonly ScrapedUrl[],
  { clock, onStage }: ArmRunOptions & LoadHost,
): Promise<readonly (Samples | null)[]> {
  if (urls.length === 0) return [];
  onStage("settling");
  const deadline_ns = clock.now_ns() + LIMIT_S * NS_PER_S;
  let last = "";
  for (;;) {
    const samples = await scrapeUrls(urls);
    const counts = samples
      .map((one) => (one === null ? "?" : one.sum(ENGINE_SERIES.finished_requests)))
      .join();
    if ((counts === last && !counts.includes("?")) || clock.now_ns() > deadline_ns) return samples;
    last = counts;
    await clock.sleepUntil(clock.now_ns() + msToNs(POLL_MS));
  }
}
