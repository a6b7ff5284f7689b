// One arm of one pair against a server that runs already: its caches emptied where it can be asked to, the load, and its metrics
// around it where they were named. What the server is, and what else it does, is not known here.

import type { EndpointTarget } from "../config/endpoint_target.ts";
import { present } from "../domain/assert.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { msToNs, NS_PER_S } from "../domain/units.ts";
import type { ProcessScrape } from "../measure/arm_run.ts";
import { type ColdStartFacts, checkColdStart, coldStartFacts } from "../measure/cold_start.ts";
import { na } from "../measure/measured.ts";
import { ENGINE_SERIES } from "../measure/metric_names.ts";
import type { Samples } from "../measure/prometheus_text.ts";
import { runDurationNs } from "../measure/run_duration.ts";
import type { Measured } from "../measure/run_summary.ts";
import { SAMPLE_TIMEOUT_MS, sampleSeries } from "../measure/sample_series.ts";
import type { ArmOutcome, ArmRunner, ArmRunOptions, StackFailure } from "./arm_runner.ts";
import { driveLoad, type LoadHost } from "./drive_load.ts";
import { endpointTarget, openMetrics, resetServer, type ScrapedUrl, scrapeUrls } from "./endpoint_server.ts";

interface EndpointArmOptions extends ArmRunOptions, LoadHost {
  readonly endpoint: EndpointTarget;
}

export function endpointArmRunner(host: LoadHost): ArmRunner {
  return async (options) => {
    const endpoint = present(options.arm.endpoint, "an arm of an endpoint run has its endpoint");
    const outcome = await runEndpointArm({ ...options, ...host, endpoint });
    return outcome.ok ? outcome : err<StackFailure>({ code: "process", message: outcome.error });
  };
}

async function runEndpointArm(options: EndpointArmOptions): Promise<Result<ArmOutcome, string>> {
  const { endpoint, pair_index } = options;
  const target = endpointTarget(endpoint);
  if (!target.ok) return target;
  if (endpoint.reset_url !== null) options.onStage("emptying the server's caches");
  const reset = await resetServer(endpoint);
  if (!reset.ok) return reset;
  const urls = await openMetrics(endpoint);
  if (!urls.ok) return urls;
  const { before, cold_start } = await startOf(urls.value, options);

  options.onStage("load");
  const records: RequestRecord[] = [];
  const loaded = new AbortController();
  const sampling = sampleSeries({
    clock: options.clock,
    processes: urls.value,
    scrapeAll: (some) => scrapeUrls(some, SAMPLE_TIMEOUT_MS),
    onSample: options.onSample,
    ended: loaded.signal,
  });
  const { arm, seed, sessions } = options;
  const load = await driveLoad(options, {
    onStart: () => {},
    job: {
      ...{ load: arm.config.load, sessions, seed, arm: arm.name, pair_index },
      model: present(endpoint.model, "the model was asked for before the run"),
    },
    target: target.value,
    onRecord: (record) => {
      records.push(record);
      options.onRecord(record);
    },
    onProgress: options.onProgress,
    onPhaseEnd: () => Promise.resolve(),
    signal: options.signal,
  }).finally(() => loaded.abort());
  await sampling;
  if (!load.ok) return load;

  const after = options.signal.aborted ? urls.value.map(() => null) : await settled(urls.value, options);
  const scrapes = urls.value.map(
    ({ name, kind }, i): ProcessScrape => ({
      ...{ process: name, kind, role: null },
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
async function startOf(urls: readonly ScrapedUrl[], options: EndpointArmOptions): Promise<Start> {
  const { clock, arm, pair_index, endpoint } = options;
  const unseen = whyUnseen(endpoint, urls);
  if (unseen !== null) return { before: await scrapeUrls(urls), cold_start: na(unseen) };
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

/** Why nobody can tell that the server starts empty; null: a master of it tells. */
function whyUnseen({ name, reset_url }: EndpointTarget, urls: readonly ScrapedUrl[]): string | null {
  if (reset_url === null)
    return `${name} is not emptied before a run (no --reset-url): its prompts are new to it by their seed, which no run had before unless --seed says so`;
  if (urls.some(({ kind }) => kind === "master")) return null;
  return `${name} answered the reset, and no master's metrics were named that would show it empty`;
}

/** The metrics once two scrapes in a row count the same: what the last requests left running has then ended. */
async function settled(
  urls: readonly ScrapedUrl[],
  { clock, onStage }: EndpointArmOptions,
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
