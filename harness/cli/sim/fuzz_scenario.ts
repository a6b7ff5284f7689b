// A random bench: topology, switches, sizes, workload and faults, all from one seed. Sizes are small, so that every tier
// overflows, leases run out and staging buffers fill within a few hundred requests.

import { Random } from "../../clock/random.ts";
import type { ArmConfig } from "../../config/arm_config.ts";
import { parseArmConfig } from "../../config/arm_schema.ts";
import { assert } from "../../domain/assert.ts";
import { parseTopology } from "../../domain/topology.ts";
import { KIB, MIB, msToNs } from "../../domain/units.ts";
import type { SimFault } from "../../sim/sim_fault.ts";

export interface FuzzScenario {
  readonly seed: number;
  readonly config: ArmConfig;
  readonly faults: readonly SimFault[];
}

/** Combinations that a bench refuses are drawn again. */
const DRAWS_MAX = 1_000;

export function drawScenario(seed: number): FuzzScenario {
  const random = new Random(seed).fork("fuzz");
  for (let draw = 0; draw < DRAWS_MAX; draw++) {
    const config = parseArmConfig(drawInput(random, seed));
    if (config.ok) return { seed, config: config.value, faults: drawFaults(random, config.value) };
  }
  assert(false, `seed ${seed} draws a scenario that a bench accepts`);
}

function drawInput(random: Random, seed: number): object {
  const ranks = ranksOf(seed);
  return {
    topology: oneOf(random, ["1p1d", "2p1d", "3p1d", "2p2d", "1e", "2e", "4e"]),
    seed,
    engine: { ...drawEngine(random), ...ranks },
    store: drawStore(random),
    connector: {
      mode: seed % 5 === 4 ? "embedded" : "standalone-store",
      preferred_segment: oneOf(random, ["off", "local"]),
      enable_lookup: random.below(8) > 0,
      load_async: random.below(4) > 0,
      lookup_async: seed % 7 !== 6,
      group_semantics: seed % 11 === 5,
      get_order: seed % 3 === 2 ? "in_turn" : "together",
      split_trigger: oneOf(random, ["none", "bytes", "count_or_bytes"]),
      executors: oneOf(random, ["shared", "separate"]),
      min_load_tokens: oneOf(random, [0, 0, 64]),
      tier_log: false,
    },
    router: { policy: oneOf(random, ["round_robin", "least_loaded", "session", "prefix"]) },
    link: {
      // At full scale: the same for the bytes that move.
      bandwidth_bytes_per_s: oneOf(random, [null, 20e6 / ranks.kv_scale, 1.25e9 / ranks.kv_scale]),
      latency_us: oneOf(random, [0, 50, 2_000]),
    },
    load: drawLoad(random),
    workload: drawWorkload(random),
  };
}

function drawEngine(random: Random): object {
  return {
    block_tokens: oneOf(random, [8, 16]),
    num_hbm_blocks: 128 + random.below(400),
    enable_prefix_caching: random.below(8) > 0,
    max_num_seqs: 1 + random.below(16),
    max_num_batched_tokens: oneOf(random, [64, 256, 2_048]),
    // From shorter than a hand-over takes to longer than any queue.
    remote_hold_ms: oneOf(random, [1, 5, 50, 60_000, 60_000, 60_000]),
  };
}

interface DrawnRanks {
  readonly tp_size: number;
  readonly model: string;
  readonly kv_scale: number;
}

/** One rank; ranks that share their only KV head; ranks with heads of their own. Tokens of 4 KiB each time. */
function ranksOf(seed: number): DrawnRanks {
  const one_head = { model: "laptop-1b", kv_scale: 1 };
  if (seed % 8 === 1) return { ...one_head, tp_size: 4 };
  if (seed % 8 === 3) return { model: "qwen3-0.6b", kv_scale: 1 / 28, tp_size: 2 };
  return { ...one_head, tp_size: 1 };
}

function drawStore(random: Random): object {
  return {
    tiers: oneOf(random, ["hbm", "hbm+cpu", "hbm+cpu+disk", "hbm+cpu+disk"]),
    offload_on_evict: random.below(2) === 0,
    segment_bytes: oneOf(random, [512 * KIB, 2 * MIB, 8 * MIB]),
    lease_ttl_ms: oneOf(random, [1, 20, 1_000, 10_000]),
    eviction_high_watermark_ratio: oneOf(random, [0.5, 0.9, 1]),
    eviction_ratio: oneOf(random, [0.05, 0.3]),
    client_ttl_ms: oneOf(random, [2_000, 10_000]),
    allocation: oneOf(random, ["random", "free_ratio_first", "local_first"]),
    replica_num: oneOf(random, [1, 1, 2]),
    disk: {
      capacity_bytes: oneOf(random, [2 * MIB, 16 * MIB, 256 * MIB]),
      bucket_bytes: oneOf(random, [128 * KIB, 1 * MIB]),
      bucket_keys: oneOf(random, [4, 100]),
      bucket_eviction: oneOf(random, ["none", "fifo", "lru"]),
      heartbeat_ms: oneOf(random, [50, 200, 1_000]),
      staging_bytes: oneOf(random, [256 * KIB, 1 * MIB, 16 * MIB]),
    },
  };
}

function drawLoad(random: Random): object {
  return {
    arrivals: oneOf(random, ["closed", "closed", "constant", "poisson", "gamma"]),
    concurrency: 1 + random.below(16),
    rate_per_s: oneOf(random, [2, 20]),
    request_timeout_ms: oneOf(random, [300, 120_000, 120_000]),
  };
}

function drawWorkload(random: Random): object {
  return {
    name: "multi_turn",
    sessions: 2 + random.below(24),
    turns: 1 + random.below(4),
    input_tokens: 20 + random.below(800),
    output_tokens: 1 + random.below(80),
    turn_input_tokens: 1 + random.below(200),
    global_prefix_ratio: 0.3,
    conversation_prefix_ratio: 0.3,
    delay_ms: oneOf(random, [0, 100, 2_000]),
  };
}

/** None, or up to three within the first seconds; those of the store only where there is one. */
function drawFaults(random: Random, config: ArmConfig): SimFault[] {
  const topology = parseTopology(config.topology);
  assert(topology.ok, "an accepted configuration names a topology");
  const nodes = topology.value.nodes.length;
  const has_store = config.store.tiers !== "hbm";
  const kinds = has_store ? STORE_FAULTS : (["slow_link", "link_loss", "hang"] as const);
  const count = random.below(2) * (1 + random.below(3));
  const engines = topology.value.engines.length;
  return Array.from({ length: count }, () => {
    const kind = oneOf(random, kinds);
    if (kind === "hang") return drawHang(random, has_store, { nodes, engines });
    return [drawFault(random, kind, nodes)];
  }).flat();
}

const STORE_FAULTS = [
  "owner_death",
  "master_restart",
  "slow_link",
  "slow_disk",
  "link_loss",
  "disk_full",
  "hang",
] as const;
type DrawnFault = Exclude<(typeof STORE_FAULTS)[number], "hang">;

function drawFault(random: Random, kind: DrawnFault, nodes: number): SimFault {
  const at_ns = msToNs(random.below(4_000));
  const node = random.below(nodes);
  switch (kind) {
    case "owner_death":
      return { kind, at_ns, owner_index: node, away_ns: oneOf(random, [null, msToNs(500), msToNs(15_000)]) };
    case "master_restart":
      return { kind, at_ns, index: 0, away_ns: oneOf(random, [msToNs(10), msToNs(2_000), null]) };
    case "slow_link":
    case "slow_disk":
      return { kind, at_ns, node_index: node, for_ns: msToNs(1_000), factor: oneOf(random, [5, 100]) };
    case "link_loss":
    case "disk_full":
      return { kind, at_ns, node_index: node, for_ns: oneOf(random, [msToNs(20), msToNs(3_000)]) };
  }
}

/** A process that hangs, and goes on: before its clients give up on it, or after. */
function drawHang(
  random: Random,
  has_store: boolean,
  { nodes, engines }: { readonly nodes: number; readonly engines: number },
): SimFault[] {
  const process = oneOf(random, has_store ? (["master", "owner", "engine"] as const) : (["engine"] as const));
  const index = random.below({ master: 1, owner: nodes, engine: engines }[process]);
  const at_ns = msToNs(random.below(4_000));
  const resumed_ns = at_ns + oneOf(random, [msToNs(50), msToNs(5_000), msToNs(40_000)]);
  return [
    { kind: "pause", process, index, at_ns },
    { kind: "resume", process, index, at_ns: resumed_ns },
  ];
}

function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[random.below(choices.length)] as T;
}
