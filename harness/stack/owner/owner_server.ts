// An owner process: shared memory that the master hands out space of, and, when configured, a disk tier behind it. Requesters
// copy from and to the memory by themselves; the owner is asked only for objects of its disk.

import type { Clock } from "../../clock/clock.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { parseAddress } from "../../wire/address.ts";
import { MASTER_SERVICE, type MasterTypes } from "../../wire/master_codec.ts";
import { OWNER_SERVICE, type OwnerTypes } from "../../wire/owner_codec.ts";
import { RpcClient } from "../../wire/rpc_client.ts";
import type { Handlers } from "../../wire/rpc_service.ts";
import type { SharedSecret } from "../../wire/shared_secret.ts";
import { DEFAULT_RPC_TIMEOUT_MS } from "../embedded_store_options.ts";
import { type HttpRoute, type HttpRoutes, serveLoopback } from "../loopback_http.ts";
import { openProcessPlane } from "../open_process_plane.ts";
import type { Log, OwnerProcess, RunningProcess } from "../process_config.ts";
import { serveRpcAt } from "../serve_rpc_at.ts";
import type { StartError } from "../start_error.ts";
import { ownerMetrics } from "./owner_metrics.ts";
import { makeOwnerNode, type OwnerNode, startOwnerNode } from "./owner_node.ts";

export async function startOwner(
  config: OwnerProcess,
  clock: Clock,
  log: Log,
  secret: SharedSecret | null = null,
): Promise<Result<RunningProcess, StartError>> {
  await using opened = new AsyncDisposableStack();
  const process_plane = openProcessPlane(config.network, log);
  if (!process_plane.ok) return process_plane;
  const { plane, network } = process_plane.value;
  opened.defer(() => plane.close());
  const master = connectMaster(config.master_address, clock, secret);
  if (!master.ok) return master;
  const node = await makeOwnerNode(config, { plane, network, master: master.value, clock, log });
  if (!node.ok) return node;
  opened.defer(() => node.value.tier?.disk.stop());
  opened.defer(() => master.value.close()); // Before the disk tier, whose calls it ends.
  const rpc = await serveRpcAt<OwnerTypes>(
    config.rpc_address,
    OWNER_SERVICE,
    ownerHandlers(node.value),
    secret,
  );
  if (!rpc.ok) return rpc;
  opened.defer(() => rpc.value.stop());
  const http = serveLoopback(config.http_port, ownerRoutes(config, node.value));
  if (!http.ok) return http;
  opened.defer(() => http.value.stop());
  const started = await startOwnerNode(node.value, config, log);
  if (!started.ok) return started;
  opened.defer(() => node.value.mount.stop());
  const running = opened.move();
  return ok({ http_port: http.value.port, stop: () => running.disposeAsync() });
}

function connectMaster(
  master_address: string,
  clock: Clock,
  secret: SharedSecret | null,
): Result<RpcClient<MasterTypes>, StartError> {
  const address = parseAddress(master_address);
  if (!address.ok) return err({ code: "peer_unreachable", detail: `master_${address.error}` });
  const timeout_ms = DEFAULT_RPC_TIMEOUT_MS;
  return ok(new RpcClient({ address: address.value, service: MASTER_SERVICE, clock, timeout_ms, secret }));
}

function ownerHandlers({ tier }: OwnerNode): Handlers<OwnerTypes> {
  return {
    batch_get_offload_object: ({ keys }) => {
      if (tier !== null) return tier.disk.read(keys);
      const refused = { code: STORE_CODE.UNABLE_OFFLOADING, staging_offset: 0, bytes: 0 };
      return { batch_id: 0, objects: keys.map(() => refused), lease_ttl_ms: 0 };
    },
    release_offload_objects: ({ batch_id }) => {
      tier?.disk.release(batch_id);
      return { code: STORE_CODE.OK };
    },
  };
}

function ownerRoutes(config: OwnerProcess, node: OwnerNode): HttpRoutes {
  return new Map<string, HttpRoute>([
    ["GET /health", () => new Response("OK\n")],
    ["GET /metrics", () => metrics(config, node)],
  ]);
}

function metrics({ segment_name, segment_bytes }: OwnerProcess, { mount, tier }: OwnerNode): Response {
  const { failed_pings, remounts } = mount;
  const disk = tier && {
    tier: tier.disk.snapshot(),
    disk_errors: tier.store.disk_errors,
    failed_heartbeats: tier.disk.failed_heartbeats,
    read_latency: tier.store.read_latency,
    write_latency: tier.store.write_latency,
  };
  return ownerMetrics({ segment_name, segment_bytes, failed_pings, remounts, disk });
}
