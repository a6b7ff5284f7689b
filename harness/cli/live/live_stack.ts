// One stack of real processes for one arm: planned from its configuration, started in the order the parts need each other,
// and torn down so that no process, socket or shared memory is left.

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import type { ArmConfig } from "../../config/arm_config.ts";
import { usesMooncake } from "../../config/uses_shared_store.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { EngineRole, Topology } from "../../domain/topology.ts";
import { checkSharedMemory, makeRuntimeDirs, type RuntimeDirs } from "../../launch/runtime_dirs.ts";
import { type LostProcess, StackLauncher } from "../../launch/stack_launcher.ts";
import type { ProcessScrape } from "../../measure/arm_run.ts";
import { createShapedLinks } from "../../stack/open_shaped_links.ts";
import type { ShapedLinks } from "../../stack/shaped_links.ts";
import { type Profiles, planStack, type StackPlan } from "../../stack/stack_plan.ts";
import type { StackFailure } from "../bench/arm_runner.ts";
import { LiveMooncake } from "./live_mooncake.ts";

export interface StackMember {
  readonly name: string;
  readonly kind: ProcessScrape["kind"];
  readonly role: EngineRole | null;
  readonly pid: number;
  readonly url: string;
}

export interface LiveStackOptions {
  readonly clock: Clock;
  readonly arm: ArmConfig;
  readonly topology: Topology;
  readonly profiles: Profiles;
  /** New for every stack of a run. */
  readonly generation: number;
  readonly log_dir: string;
  readonly disk_dir: string;
}

/** Requests in flight that a fetch of a router or engine may have; Bun's default of 256 queues silently. */
const MAX_HTTP_REQUESTS = "16384";

export class LiveStack {
  readonly members: readonly StackMember[];
  readonly #clock: Clock;
  readonly #launcher: StackLauncher;
  readonly #parts: StackParts;

  private constructor(
    members: readonly StackMember[],
    clock: Clock,
    launcher: StackLauncher,
    parts: StackParts,
  ) {
    this.members = members;
    this.#clock = clock;
    this.#launcher = launcher;
    this.#parts = parts;
  }

  static async start(options: LiveStackOptions): Promise<Result<LiveStack, StackFailure>> {
    const dirs = makeRuntimeDirs();
    const plan = planStack(
      options.arm,
      options.topology,
      options.profiles,
      { ...dirs, disk_dir: options.disk_dir },
      options.generation,
    );
    const parts = await prepareParts(plan, dirs, options);
    if (!parts.ok) {
      dirs.remove();
      return parts;
    }
    const { mooncake } = parts.value;
    const launcher = new StackLauncher({
      clock: options.clock,
      serve_argv: [process.execPath, join(import.meta.dir, "../serve.ts")],
      config_dir: join(dirs.socket_dir, "config"),
      log_dir: options.log_dir,
      env: { BUN_CONFIG_MAX_HTTP_REQUESTS: MAX_HTTP_REQUESTS },
    });
    const members = await startInOrder(plan, launcher, options.topology, mooncake);
    if (members.ok) return ok(new LiveStack(members.value, options.clock, launcher, parts.value));
    await launcher.stop();
    await removeParts(parts.value);
    return members;
  }

  get router_url(): string {
    return this.members.find((member) => member.kind === "router")?.url ?? "";
  }

  signal(name: string, signal: NodeJS.Signals): boolean {
    return this.#launcher.signal(name, signal);
  }

  onLost(callback: (lost: LostProcess) => void): void {
    this.#launcher.onLost(callback);
  }

  /** Of the real store's processes it is known that they are gone, not since when: they are seen when asked for. */
  lost(): readonly LostProcess[] {
    const at_ns = this.#clock.now_ns();
    const of_store = this.#parts.mooncake?.lost() ?? [];
    return [...this.#launcher.lost(), ...of_store.map((name) => ({ name, how: "ended", at_ns }))];
  }

  /** Files in the disk tiers' directories, at any depth. */
  countDiskFiles(): number {
    const entries = readdirSync(this.#parts.disk_dir, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).length;
  }

  async stop(): Promise<void> {
    await this.#launcher.stop();
    await removeParts(this.#parts);
  }
}

/** What a stack holds beside its processes. */
interface StackParts {
  readonly dirs: RuntimeDirs;
  readonly links: ShapedLinks;
  readonly disk_dir: string;
  /** Null: the store is the embedded one, or there is none. */
  readonly mooncake: LiveMooncake | null;
}

async function prepareParts(
  plan: StackPlan,
  dirs: RuntimeDirs,
  options: LiveStackOptions,
): Promise<Result<StackParts, StackFailure>> {
  const { disk_dir, arm } = options;
  const memory = checkSharedMemory(plan.shm_bytes);
  if (!memory.ok) return err({ code: "shared_memory", message: memory.error });
  const links = createShapedLinks(plan.links);
  if (!links.ok) return err({ code: "native", message: links.error.detail });
  mkdirSync(disk_dir, { recursive: true });
  for (const { disk } of [...plan.owners, ...plan.engines.flatMap(({ native }) => native ?? [])]) {
    if (disk !== null) mkdirSync(disk.disk_path, { recursive: true });
  }
  const parts = { dirs, links: links.value, disk_dir };
  if (!usesMooncake(arm)) return ok({ ...parts, mooncake: null });
  const mooncake = await LiveMooncake.start({ ...options, socket_dir: dirs.socket_dir });
  if (mooncake.ok) return ok({ ...parts, mooncake: mooncake.value });
  links.value.close();
  rmSync(disk_dir, { recursive: true, force: true });
  return mooncake;
}

async function removeParts({ dirs, links, disk_dir, mooncake }: StackParts): Promise<void> {
  await mooncake?.[Symbol.asyncDispose]();
  links.close();
  dirs.remove();
  rmSync(disk_dir, { recursive: true, force: true });
}

/** The master first, then what talks to it, then the router, which needs the engines' ports. */
async function startInOrder(
  plan: StackPlan,
  launcher: StackLauncher,
  topology: Topology,
  mooncake: LiveMooncake | null,
): Promise<Result<readonly StackMember[], StackFailure>> {
  const members: StackMember[] = mooncake === null ? [] : [masterOf(mooncake)];
  const engines = plan.engines.map((config, i) => ({
    config: {
      ...config,
      mooncake: mooncake?.reach(present(topology.engines[i], "one plan an engine")) ?? null,
    },
    role: config.core.role,
  }));
  const stages = [
    () => plan.masters.map((config) => ({ config, role: null })),
    () => [...plan.owners.map((config) => ({ config, role: null })), ...engines],
    () => [{ config: plan.router(engineUrls(members)), role: null }],
  ];
  for (const stage of stages) {
    const launches = stage();
    const started = await launcher.start(launches.map(({ config }) => ({ name: config.name, config })));
    if (!started.ok) {
      const { process: name, detail, log_path } = started.error;
      return err({ code: "process", message: `${name} ${detail}\nIts log is ${log_path}.` });
    }
    for (const [i, { config, role }] of launches.entries()) {
      const launched = started.value[i];
      if (launched !== undefined) members.push({ ...launched, kind: config.kind, role });
    }
  }
  return ok(members);
}

function masterOf({ master_pid, master_url }: LiveMooncake): StackMember {
  return { name: "mooncake_master", kind: "master", role: null, pid: master_pid, url: master_url };
}

function engineUrls(members: readonly StackMember[]): readonly string[] {
  return members.filter((member) => member.kind === "engine").map((member) => member.url);
}
