// What a run says of itself in manifest.json, and what of it was real.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isStandIn } from "../../config/cluster_target.ts";
import { configDifferences } from "../../config/config_diff.ts";
import { shownConfig } from "../../config/shown_config.ts";
import { hasOwners } from "../../config/store_segments.ts";
import { usesDisk } from "../../config/uses_disk.ts";
import { usesMooncake, usesSharedStore } from "../../config/uses_shared_store.ts";
import { present } from "../../domain/assert.ts";
import { readHostFacts } from "../../measure/host_facts.ts";
import { MANIFEST_SCHEMA_VERSION, type Manifest } from "../../measure/manifest.ts";
import { askedPathLines } from "./path_lines.ts";
import type { RunContext } from "./run_context.ts";
import type { RunHost } from "./run_host.ts";

const ROOT = join(import.meta.dir, "../../..");

export function startManifest(
  context: RunContext,
  { floor, paths = [] }: Pick<RunHost, "floor"> & Partial<Pick<RunHost, "paths">>,
  argv: readonly string[],
  started_at: string,
): Manifest {
  const { plan, schedule, options, base_seed } = context;
  const { real, modelled } = realAndModelled(context);
  return {
    schema_version: MANIFEST_SCHEMA_VERSION,
    scenario: plan.scenario,
    runtime: options.runtime,
    argv,
    status: "running",
    reason: null,
    started_at,
    finished_at: null,
    arms: plan.arms.map((arm) => ({ name: arm.name, factors: arm.factors, config: shownConfig(arm) })),
    ...factorOf(context),
    config_diff: configDifferences(plan.arms.map(shownConfig)),
    seeds: { base: base_seed, pairs: [...new Set(schedule.map(({ seed }) => seed))] },
    versions: { tierbench: packageVersion(), bun: Bun.version, ...gitState() },
    host: readHostFacts(),
    floor,
    ...(paths.length === 0 ? {} : { paths }),
    real,
    modelled,
  };
}

/** Of a comparison; a part of one, such as a cell of a study, compares nothing by itself. */
function factorOf({ plan, options }: RunContext): Pick<Manifest, "factor"> {
  if (plan.factor_name === null || options.ab === null) return {};
  const { name, description, seed_claim } = options.ab.factor;
  return { factor: { name, description, claim: seed_claim } };
}

export interface RealAndModelled {
  readonly real: readonly string[];
  readonly modelled: readonly string[];
}

export function realAndModelled(context: RunContext): RealAndModelled {
  if (context.options.runtime === "endpoint") return ofServers(context);
  if (context.options.runtime === "cluster") return ofDeployment(context);
  return context.options.runtime === "sim" ? ofSimulation(context) : ofLiveStack(context);
}

function ofDeployment(context: RunContext): RealAndModelled {
  const { plan, topology } = context;
  const baseline = present(plan.arms[0], "a plan has a baseline");
  const { deployment } = present(baseline.cluster, "an arm of a cluster run has its deployment");
  const stands_in = isStandIn(deployment);
  const program = deployment.store.engine.command.join(" ");
  const stores = {
    mooncake: "a real Mooncake: master, owners",
    embedded: "this program's own store: master, owners",
    none: "no shared store",
  };
  const used = [...new Set(plan.arms.map(({ cluster }) => stores[cluster?.store ?? "none"]))];
  const own = ofServers(context);
  return {
    real: [
      `processes: ${topology.engines.length} engines (${stands_in ? "this program's, standing in for vLLM" : program}), 1 router (this program's); ${used.join(", or ")}`,
      "the launch: commands, environments and files as for vLLM (logs/*/launch), health, resets, logs",
      ...own.real,
      ...(stands_in
        ? []
        : [
            "hits of a tier: tokens from outside an engine's own blocks, shared out by the keys of the engines' tier lines",
          ]),
    ],
    modelled: [...(stands_in ? modelledAlike(context) : []), ...own.modelled],
  };
}

function ofServers({ plan }: RunContext): RealAndModelled {
  const { load } = present(plan.arms[0], "a plan has a baseline").config;
  const is_text = load.prompt_as === "chat";
  return {
    real: [
      ...plan.arms.flatMap(({ endpoint }) =>
        endpoint === undefined
          ? []
          : [`the server at ${endpoint.url} (${endpoint.name}), as it is, and the way there`],
      ),
      is_text
        ? "prompt lengths: as the server counts them; the workload's tokens travel as words, of which a tokenizer makes more"
        : "prompt lengths: token ids, as many as the workload says, and the server counts the same",
    ],
    modelled: [
      "prompts: drawn from the workload; equal prefixes are equal, and mean nothing",
      load.dialect === "vllm"
        ? "answers: forced to the workload's lengths (ignore_eos)"
        : "answers: as long as the model makes them, up to the workload's lengths",
    ],
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function ofSimulation(context: RunContext): RealAndModelled {
  return {
    real: [
      "every policy: scheduling, prefix caching, placement, leases, eviction, splits and routing are the code that runs live",
    ],
    modelled: [
      "processes, HTTP and RPC: constant latencies of a host profile",
      "memory and disk: bandwidth, latency and queueing of a host profile; the contents of every block are tracked, not stored",
      ...modelledAlike(context),
    ],
  };
}

function ofLiveStack(context: RunContext): RealAndModelled {
  const { plan, topology } = context;
  const { store, engine } = present(plan.arms[0], "a plan has a baseline").config;
  const has_store = plan.arms.some(({ config }) => usesSharedStore(config));
  const has_disk = plan.arms.some(({ config }) => usesDisk(config));
  const is_native = plan.arms.some(({ config }) => config.connector.type === "native");
  const has_owners = plan.arms.some(({ config }) => hasOwners(config));
  const owners = has_owners ? `${counted(topology.owners.length, "owner")}, ` : "";
  const store_processes = has_store ? `1 master, ${owners}` : "";
  return {
    real: [
      `processes: ${store_processes}${counted(topology.engines.length, "engine")}, 1 router, each its own`,
      "HTTP, SSE and RPC between processes; scheduling, prefix caching, placement, leases and eviction",
      "KV bytes: written, copied between processes, and verified at every load",
      ...askedPathLines(context),
      ...mooncakeLines(context),
      ...(has_disk
        ? [
            `disk tier: ${is_native ? "bucket files, or a file a block where an engine offloads natively," : "bucket files"} written and read back (${store.disk.path ?? "in the run directory"})`,
          ]
        : []),
    ],
    modelled: [
      ...modelledAlike(context),
      `KV size: ${engine.kv_scale === 1 ? "full scale" : `${engine.kv_scale} of the model's bytes per token, link bandwidth scaled alike`}; copies inside a node run at this host's memory speed, without PCIe`,
    ],
  };
}

/** Arms whose store is the real one. */
function mooncakeLines({ plan }: RunContext): string[] {
  const names = plan.arms.filter(({ config }) => usesMooncake(config)).map(({ name }) => name);
  if (names.length === 0) return [];
  const where = names.length === plan.arms.length ? "" : `arm ${names.join(", ")}: `;
  return [
    `${where}the store is the real Mooncake (mooncake_master, mooncake_client, a requester process an engine) over TCP on this host, whose bytes no link model holds back`,
  ];
}

function modelledAlike({ plan }: RunContext): string[] {
  const { engine, link } = present(plan.arms[0], "a plan has a baseline").config;
  const bandwidth = link.bandwidth_bytes_per_s;
  return [
    `GPU time: a step takes what a roofline of ${engine.model} on ${engine.gpu} says`,
    "answers: token ids are a function of the prompt",
    bandwidth === null
      ? "links between nodes: latency only"
      : `links between nodes: transfers are held to ${(bandwidth / 1e9).toFixed(2)} GB/s and ${link.latency_us} µs, with queueing at both ends`,
  ];
}

function packageVersion(): string {
  const parsed: { version?: unknown } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return String(parsed.version);
}

/** Null where this is no git checkout, or git is not installed. */
export function gitState(): { readonly git_head: string | null; readonly git_dirty: boolean | null } {
  const git = (...args: string[]): string | null => {
    if (Bun.which("git") === null) return null;
    const done = Bun.spawnSync(["git", ...args], { cwd: ROOT, stderr: "ignore" });
    return done.exitCode === 0 ? done.stdout.toString().trim() : null;
  };
  const head = git("rev-parse", "HEAD");
  const status = git("status", "--porcelain");
  return { git_head: head, git_dirty: status === null ? null : status !== "" };
}
