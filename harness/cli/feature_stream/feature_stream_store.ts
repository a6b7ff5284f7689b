// The store of one feature stream, empty at its start: an embedded master and owner, or a real Mooncake's in a network namespace of
// their own, since its processes listen on all addresses.

import { join } from "node:path";
import { type FeatureStreamConfig, sampleBytesMax } from "../../../workloads/feature_stream.ts";
import { OsClock } from "../../clock/os_clock.ts";
import { parseDeployment } from "../../config/kv_offload/kv_offload_file.ts";
import { assert } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { MIB } from "../../domain/units.ts";
import { findMooncake, mooncakeBinary, requesterArgv } from "../../launch/mooncake/mooncake_install.ts";
import { openPrivateNetwork, type PrivateNetwork } from "../../launch/mooncake/mooncake_network.ts";
import { startMooncakeStack } from "../../launch/mooncake/mooncake_stack.ts";
import type { FeatureBackendKind } from "../../stack/feature/feature_backend.ts";
import { startStoreBenchStack } from "../store_bench/store_bench_stack.ts";
import type { StreamRequester } from "./feature_stream_messages.ts";

export interface StreamStore {
  /** Of the embedded store; empty else. */
  readonly master_address: string;
  /** Of a Mooncake; null else. */
  readonly requester: StreamRequester | null;
  stop(): Promise<void>;
}

/** `work_dir` takes logs. An error says what is missing. */
export function openStreamStore(
  backend: FeatureBackendKind,
  stream: FeatureStreamConfig,
  work_dir: string,
): Promise<Result<StreamStore, string>> {
  // Room for every producer's budget, and again for what the allocator cannot use.
  const segment_bytes = 2 * stream.producers * stream.max_resident_bytes;
  switch (backend) {
    case "local":
    case "shared_dir":
      return Promise.resolve(ok({ master_address: "", requester: null, stop: () => Promise.resolve() }));
    case "store":
      return openEmbedded(segment_bytes);
    case "mooncake":
      return openMooncake(segment_bytes, sampleBytesMax(stream), work_dir);
  }
}

async function openEmbedded(segment_bytes: number): Promise<Result<StreamStore, string>> {
  const stack = await startStoreBenchStack({
    segment_bytes,
    requesters: 0,
    memory_bytes: 0,
    copy_threads: 1,
    network: null,
  });
  if (!stack.ok) return stack;
  const { socket_dir, stop } = stack.value;
  return ok({ master_address: `unix:${join(socket_dir, "master.sock")}`, requester: null, stop });
}

/** `sample_bytes`: of one object at most. */
export async function openMooncake(
  segment_bytes: number,
  sample_bytes: number,
  work_dir: string,
): Promise<Result<StreamStore, string>> {
  const venv = findMooncake();
  if (!venv.ok) return venv;
  const network = await openPrivateNetwork();
  if (network === null) {
    return err("backend mooncake needs a network namespace of its own (root, unshare, nsenter and ip).");
  }
  const started = await startInside(network, venv.value, segment_bytes, sample_bytes, work_dir);
  if (!started.ok) await network.close();
  return started;
}

const HOST = "127.0.0.1";

async function startInside(
  network: PrivateNetwork,
  venv: string,
  segment_bytes: number,
  sample_bytes: number,
  work_dir: string,
): Promise<Result<StreamStore, string>> {
  const deployment = parseDeployment({
    owner: { protocol: "tcp", segment_bytes: Math.max(segment_bytes, 64 * MIB), enable_offload: false },
  });
  assert(deployment.ok, "the stream's deployment is valid");
  const stack = await startMooncakeStack({
    clock: new OsClock(),
    config: deployment.value.store,
    owner_count: 1,
    host: HOST,
    log_dir: work_dir,
    env_file: join(work_dir, "mooncake_master.env"),
    binaries: {
      master: mooncakeBinary(venv, "mooncake_master"),
      client: mooncakeBinary(venv, "mooncake_client"),
    },
    ready_timeout_ms: 20_000,
    wrap: network.wrap,
    network_pid: network.pid,
  });
  if (!stack.ok) return err(stack.error.detail);
  const { addresses } = stack.value;
  return ok({
    master_address: "",
    requester: {
      argv: network.wrap(requesterArgv(venv)),
      setup: {
        local_hostname: HOST,
        metadata_server: addresses.metadata,
        local_buffer_bytes: Math.max(4 * sample_bytes, 16 * MIB),
        protocol: "tcp",
        device_name: "",
        master_address: addresses.master,
        metrics_address: addresses.metrics,
      },
    },
    stop: async () => {
      await stack.value.stop();
      await network.close();
    },
  });
}
