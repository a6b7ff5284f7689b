// What users of a Mooncake deployment get wrong without an error message: each rule says where, what was given and what to do.
// A rule whose facts the file does not give stays silent. Sources: spec what_users_ask.md, mooncake_store.md §6.2–6.5.

import { formatBytes } from "../../domain/units.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { problemWhen } from "../problem_when.ts";
import type { DeploymentConfig } from "./kv_offload_file.ts";
import type { StoreLaunchConfig } from "./kv_offload_launch_config.ts";

export interface LintFinding extends ConfigProblem {
  /** Short name of the rule. */
  readonly lint: string;
}

/** A key of the disk tier is staged in whole pages, plus this. */
const DIRECT_IO_ALIGNMENT = 4_096;
const DIRECT_IO_PADDING_BYTES = 8_192;
/** Part of the staging buffer that one GET plans with. */
const USABLE_RATIO = 0.9;

export function lintDeployment({ offload, store }: DeploymentConfig): LintFinding[] {
  const { kv_cache_offload, use_pd_kv_transfer } = offload.inference;
  const seed_matters = kv_cache_offload !== null || use_pd_kv_transfer;
  const uses_store = kv_cache_offload?.type === "mooncake";
  return [
    ...(seed_matters ? hashSeed(store) : []),
    ...(uses_store
      ? [
          ...rootFsDir(store),
          ...leaseAgainstPlateau(store),
          ...leaseAgainstDecode(store),
          ...embeddedWithoutSegment(store),
          ...heartbeat(store),
          ...offloadOnWrongClient(store),
          ...stagingBelowOneKey(store),
          ...segmentPort(store),
          ...lostOnOffload(store),
        ]
      : []),
  ];
}

function hashSeed({ engine }: StoreLaunchConfig): LintFinding[] {
  const seed = engine.env["PYTHONHASHSEED"];
  return finding("hash_seed", seed === undefined || seed === "random", {
    path: "engine.env.PYTHONHASHSEED",
    rule: "must be one number in all engines",
    got: seed,
    next_step:
      'Set it to "0": with different seeds equal prompts get different keys and nothing hits, silently.',
  });
}

function rootFsDir({ master }: StoreLaunchConfig): LintFinding[] {
  return finding("root_fs_dir", master.enable_offload && master.root_fs_dir !== "", {
    path: "master.root_fs_dir",
    rule: "must be empty where master.enable_offload is on",
    got: master.root_fs_dir,
    next_step:
      "Remove it: they are two different disk tiers, and the master's own one faults on KV that lies in a GPU.",
  });
}

function leaseAgainstPlateau({ master, owner, workload }: StoreLaunchConfig): LintFinding[] {
  const { put_bytes_per_s } = workload;
  if (put_bytes_per_s === null) return [];
  const fill_ms = (1_000 * owner.segment_bytes * master.eviction_high_watermark_ratio) / put_bytes_per_s;
  return finding("lease_plateau", master.lease_ttl_ms > fill_ms, {
    path: "master.lease_ttl_ms",
    rule: `must be below the time in which a segment fills (${Math.round(fill_ms)} ms at workload.put_bytes_per_s)`,
    got: master.lease_ttl_ms,
    next_step:
      "Lower it (the recipes use 30000): what is leased is not evicted, so the pool stays full and puts fail with -200.",
  });
}

function leaseAgainstDecode({ master, workload }: StoreLaunchConfig): LintFinding[] {
  const { decode_delay_ms } = workload;
  return finding("lease_decode", decode_delay_ms !== null && master.lease_ttl_ms < decode_delay_ms, {
    path: "master.lease_ttl_ms",
    rule: `must be at least workload.decode_delay_ms (${decode_delay_ms})`,
    got: master.lease_ttl_ms,
    next_step: "Raise it: blocks that outlive their lease before decode reads them fail with -707.",
  });
}

function embeddedWithoutSegment({ worker }: StoreLaunchConfig): LintFinding[] {
  const broken = worker.mode === "embedded" && worker.enable_offload && worker.preferred_segment === "off";
  return finding("embedded_offload", broken, {
    path: "worker.preferred_segment",
    rule: "must name an owner's segment where worker.mode is embedded and offload is on",
    got: worker.preferred_segment,
    next_step:
      "Set it to local: segments of ranks have no disk tier, so only puts that chance upon an owner reach the SSD.",
  });
}

/** A client that is quiet for its TTL is dropped with all its replicas. */
function heartbeat({ master, owner }: StoreLaunchConfig): LintFinding[] {
  return finding("heartbeat", owner.enable_offload && owner.heartbeat_s >= master.client_ttl_s, {
    path: "owner.heartbeat_s",
    rule: `must be below master.client_ttl_s (${master.client_ttl_s})`,
    got: owner.heartbeat_s,
    next_step: "Lower it (the scripts use 1), or the disk tier learns of its work too late.",
  });
}

function offloadOnWrongClient({ master, owner, worker }: StoreLaunchConfig): LintFinding[] {
  return [
    ...finding("offload_owner", worker.enable_offload && !owner.enable_offload, {
      path: "owner.enable_offload",
      rule: "must be on where worker.enable_offload is on",
      got: owner.enable_offload,
      next_step:
        "Turn it on: only an owner writes to disk; the worker's switch only makes it split its GETs.",
    }),
    ...finding("offload_master", owner.enable_offload && !master.enable_offload, {
      path: "master.enable_offload",
      rule: "must be on where owner.enable_offload is on",
      got: master.enable_offload,
      next_step: "Turn it on: without it the master hands owners nothing to write.",
    }),
    ...finding("offload_worker", owner.enable_offload && !worker.enable_offload, {
      path: "worker.enable_offload",
      rule: "must be on where owner.enable_offload is on",
      got: worker.enable_offload,
      next_step: "Turn it on: without it large prefills exceed the owner's DirectIO budget.",
    }),
  ];
}

function stagingBelowOneKey({ owner, workload }: StoreLaunchConfig): LintFinding[] {
  if (workload.key_bytes === null || !owner.enable_offload) return [];
  const pages = Math.ceil(workload.key_bytes / DIRECT_IO_ALIGNMENT);
  const needed = pages * DIRECT_IO_ALIGNMENT + DIRECT_IO_PADDING_BYTES;
  const usable = Math.max(1, Math.floor(owner.staging_bytes * USABLE_RATIO));
  return finding("staging", needed > usable, {
    path: "owner.staging_bytes",
    rule: `must stage one key of ${formatBytes(workload.key_bytes)} (${needed} bytes of ${usable} usable)`,
    got: owner.staging_bytes,
    next_step: `Raise it to ${Math.ceil(needed / USABLE_RATIO)} or more, or no load from disk ever succeeds.`,
  });
}

function segmentPort({ owner, worker }: StoreLaunchConfig): LintFinding[] {
  const { preferred_segment } = worker;
  const broken = preferred_segment.endsWith(`:${owner.rpc_port}`);
  return finding("segment_port", broken, {
    path: "worker.preferred_segment",
    rule: `must end in owner.segment_port (${owner.segment_port}), not in owner.rpc_port`,
    got: preferred_segment,
    next_step: "Correct the port: an unknown segment falls back to random placement, silently.",
  });
}

/** Seen on the real store: native_notes.md, "SSD offload lost acknowledged keys". */
function lostOnOffload({ master }: StoreLaunchConfig): LintFinding[] {
  return finding("offload_on_evict", master.enable_offload && !master.offload_on_evict, {
    path: "master.offload_on_evict",
    rule: "must be on where acknowledged keys may not be lost",
    got: master.offload_on_evict,
    next_step:
      "Turn it on: without it keys are evicted from memory before an owner has written them to disk.",
  });
}

function finding(lint: string, broken: boolean, problem: ConfigProblem): LintFinding[] {
  return problemWhen(broken, problem).map((found) => ({ lint, ...found }));
}
