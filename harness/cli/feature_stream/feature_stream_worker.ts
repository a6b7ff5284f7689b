// One producer or consumer of a feature stream, in a process of its own: `bun harness/cli/feature_stream/feature_stream_worker.ts <config JSON>`.
// Talks over IPC (feature_stream_messages.ts) and ends when the command that started it does.

import type { DataPlane, Region } from "../../../native/ffi/data_plane.ts";
import { openDataPlane } from "../../../native/ffi/open_data_plane.ts";
import {
  type FeatureStreamConfig,
  featureStream,
  type StreamedSample,
  sampleBytesMax,
  warmUpStream,
} from "../../../workloads/feature_stream.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { assert, present } from "../../domain/assert.ts";
import type { Result } from "../../domain/result.ts";
import { msToNs, nsToMs } from "../../domain/units.ts";
import { openEmbeddedStoreClient } from "../../stack/embedded_store_client.ts";
import type { FeatureBackend } from "../../stack/feature/feature_backend.ts";
import { FeatureLocalBackend } from "../../stack/feature/feature_local_backend.ts";
import { NO_SAMPLE_METADATA } from "../../stack/feature/feature_ref.ts";
import { FeatureSharedDirBackend } from "../../stack/feature/feature_shared_dir_backend.ts";
import { FeatureStore } from "../../stack/feature/feature_store.ts";
import { FeatureStoreBackend } from "../../stack/feature/feature_store_backend.ts";
import type { FeatureTensors } from "../../stack/feature/feature_store_calls.ts";
import { FEATURE_STORE_DEFAULTS } from "../../stack/feature/feature_store_options.ts";
import type { FeatureTensor } from "../../stack/feature/feature_tensor.ts";
import { MooncakeRequesterProcess } from "../../stack/mooncake/mooncake_requester_process.ts";
import { MooncakeStoreClient } from "../../stack/mooncake/mooncake_store_client.ts";
import { PlaneClock } from "../../stack/plane_clock.ts";
import type { StoreClient } from "../../stack/store_client.ts";
import { readSharedSecret } from "../shared_secret_file.ts";
import type { FromWorker, SentSample, StreamWorkerConfig, ToWorker } from "./feature_stream_messages.ts";

const config = JSON.parse(process.argv[2] ?? "") as StreamWorkerConfig;
const plane = unwrap(openDataPlane({ copy_threads: 1 }));
const clock = new PlaneClock(plane, new OsClock());
const backend = await openBackend(plane);
const stores = config.store_ids.map((store_id) => openStore(store_id));

const unconsumed = new Set<string>();
let onConsumed: () => void = () => {};

process.on("disconnect", () => process.exit(0));
process.on("message", (message: ToWorker) => {
  if (message.kind === "warm_up") void warmUp();
  if (message.kind === "start") void produce();
  if (message.kind === "sample") void consume(message.sent);
  if (message.kind === "consumed") void acknowledge(message.sample_id, message.freed);
});
tell({ kind: "ready" });

async function warmUp(): Promise<void> {
  await putAll(warmUpStream(config.stream, config.index, config.seed));
  while (unconsumed.size > 0) await nextConsumed();
  tell({ kind: "warm" });
}

async function produce(): Promise<void> {
  const { stream, index, seed, hold_s } = config;
  const waits = await putAll(featureStream(stream, index, seed));
  const hold_start_ns = clock.now_ns();
  const hold_over = new AbortController();
  const held = (async () => {
    while (unconsumed.size > 0) await nextConsumed();
    hold_over.abort();
  })();
  await Promise.race([held, clock.sleepUntil(hold_start_ns + msToNs(hold_s * 1000), hold_over.signal)]);
  const held_ms = nsToMs(clock.now_ns() - hold_start_ns);
  tell({ kind: "produced", waits, held_ms, unconsumed: unconsumed.size });
}

/** Returns how often the store was over its budget before a sample was put. */
async function putAll(samples: readonly StreamedSample[]): Promise<number> {
  const start_ns = clock.now_ns();
  const left = samples.values();
  let waits = 0;
  const putInTurn = async (): Promise<void> => {
    for (const sample of left) {
      await clock.sleepUntil(start_ns + sample.intended_ns);
      // Two steps: `+= await` would lose what the other puts add meanwhile.
      const sample_waits = await putSample(sample, start_ns);
      waits += sample_waits;
    }
  };
  await Promise.all(Array.from({ length: config.stream.puts_in_flight }, putInTurn));
  return waits;
}

/** How often the store was over its budget before the sample was put. */
async function putSample(sample: StreamedSample, start_ns: number): Promise<number> {
  const store = present(stores[config.index], "a producer has a store");
  const tensors = makeTensors(sample);
  // With a rate a late put is counted from when it was due.
  const is_paced = config.stream.samples_per_s !== null;
  const put_start_ns = is_paced ? start_ns + sample.intended_ns : clock.now_ns();
  const put = {
    sample_id: sample.sample_id,
    metadata: { ...NO_SAMPLE_METADATA, num_tokens: sample.tokens },
    token: null,
  };
  for (let waits = 0; ; waits++) {
    const consumed = nextConsumed();
    const stored = await store.put(tensors, put);
    if (stored.ok) {
      unconsumed.add(sample.sample_id);
      const sent = {
        producer_index: config.index,
        ref: stored.value,
        digest: digestOf(tensors),
        put_start_ns,
        is_warm_up: sample.is_warm_up,
      };
      tell({ kind: "put", sent });
      return waits;
    }
    if (stored.error.code !== "over_budget") fail(`${stored.error.code}: ${stored.error.detail}`);
    await consumed;
  }
}

/** This process's account of the sample ends, and what a consumer could not free is freed. */
async function acknowledge(sample_id: string, freed: boolean): Promise<void> {
  const store = present(stores[config.index], "a producer has a store");
  if (freed) store.forget(sample_id);
  else await store.abort(sample_id);
  unconsumed.delete(sample_id);
  onConsumed();
}

function nextConsumed(): Promise<void> {
  return new Promise((resolve) => {
    const earlier = onConsumed;
    onConsumed = () => {
      onConsumed = () => {};
      earlier();
      resolve();
    };
  });
}

async function consume({ ref, digest, producer_index }: SentSample): Promise<void> {
  const store = present(stores[producer_index], "every producer has a store");
  const fetched = await store.get(ref);
  let problem: string | null = null;
  if (!fetched.ok) problem = `${fetched.error.code}: ${fetched.error.detail}`;
  else if (digestOf(fetched.value.tensors) !== digest)
    problem = `${ref.sample_id}: other bytes than were put`;
  const end_ns = clock.now_ns();
  if (fetched.ok) {
    // The store keeps a lease for the read that has just ended; nobody else reads the sample.
    await store.release(fetched.value.handle, true);
    const drained = await store.drain(ref.sample_id);
    if (!drained.ok) problem ??= drained.error.detail;
  }
  tell({ kind: "consumed", producer_index, sample_id: ref.sample_id, end_ns, problem });
}

function makeTensors({ tokens }: StreamedSample): FeatureTensors {
  const { hidden_size } = config.stream;
  const hidden = new Uint8Array(tokens * hidden_size * 2).fill(tokens % 251);
  const ids = Uint8Array.from({ length: tokens * 4 }, (_, i) => i % 253);
  return new Map<string, FeatureTensor>([
    ["hidden", { dtype: "bfloat16", shape: [tokens, hidden_size], data: hidden }],
    ["input_ids", { dtype: "int32", shape: [tokens], data: ids }],
  ]);
}

function digestOf(tensors: FeatureTensors): string {
  return [...tensors.values()]
    .map(({ data }) => {
      assert(data instanceof Uint8Array, "the stream's tensors are typed arrays");
      return Bun.hash(data).toString(16);
    })
    .join(" ");
}

function openStore(store_id: string): FeatureStore {
  const max_resident_bytes = config.role === "consumer" ? null : config.stream.max_resident_bytes;
  const options = { ...FEATURE_STORE_DEFAULTS, store_id, backend, clock, max_resident_bytes };
  return unwrap(FeatureStore.open(options, null));
}

async function openBackend(plane: DataPlane): Promise<FeatureBackend> {
  if (config.backend === "local") return new FeatureLocalBackend();
  if (config.backend === "shared_dir") return new FeatureSharedDirBackend(config.root);
  const staging: Region = unwrap(plane.createRegion(config.staging_path, stagingBytes(config.stream), 1));
  const client = config.backend === "store" ? openEmbedded(plane) : await openMooncake(plane);
  return new FeatureStoreBackend({ kind: config.backend, client, staging, replica_num: 1 });
}

/** Room for as many samples as a producer puts at the same time, with the gaps between their tensors. */
function stagingBytes(stream: FeatureStreamConfig): number {
  return stream.puts_in_flight * (sampleBytesMax(stream) + 2 * 64);
}

function openEmbedded(plane: DataPlane): StoreClient {
  const secret = readSharedSecret();
  if (!secret.ok) return fail(secret.error);
  return unwrap(
    openEmbeddedStoreClient({
      client_id: `node0/${config.role}-${config.index}`,
      node: "node0",
      master_address: config.master_address,
      plane,
      links: null,
      clock,
      log: (line) => console.error(line),
      rpc_timeout_ms: 30_000,
      secret: secret.value,
    }),
  );
}

async function openMooncake(plane: DataPlane): Promise<StoreClient> {
  const { argv, setup } = present(config.requester, "a Mooncake is reached through a requester");
  const env = { MC_TCP_BIND_ADDRESS: setup.local_hostname, GLOG_minloglevel: "2" };
  const requester = unwrap(await MooncakeRequesterProcess.start({ argv, env, setup, stderr: "ignore" }));
  return new MooncakeStoreClient({ requester, plane, local_segment: null, observe_puts: false });
}

function unwrap<T>(result: Result<T, { readonly detail: string }>): T {
  return result.ok ? result.value : fail(result.error.detail);
}

function fail(detail: string): never {
  tell({ kind: "failed", detail });
  throw new Error(detail);
}

function tell(message: FromWorker): void {
  process.send?.(message);
}
