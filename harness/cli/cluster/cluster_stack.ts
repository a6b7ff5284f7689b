// A deployment that runs: store, engines and router of one arm, started in that order, each waited for, and taken down in reverse. The
// files of the launch and the log of every process stay in the run directory.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import type { Arm } from "../../config/build_arms.ts";
import { isStandIn } from "../../config/cluster_target.ts";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { EngineRole, Topology } from "../../domain/topology.ts";
import { msToNs } from "../../domain/units.ts";
import { ClusterProcesses } from "../../launch/cluster/cluster_processes.ts";
import { listeningPorts } from "../../launch/mooncake/mooncake_process.ts";
import { scrape } from "../../launch/scrape.ts";
import type { LostProcess } from "../../launch/stack_launcher.ts";
import { type LaunchPlace, type LaunchPlan, planLaunch, TOO_FEW_GPUS } from "../../launch/vllm/vllm_plan.ts";
import type { Profiles } from "../../stack/stack_plan.ts";
import type { StackFailure } from "../bench/arm_runner.ts";
import { findLaunchPlace } from "./cluster_place.ts";
import { clusterRouter } from "./cluster_router.ts";
import { prepareStandIns, type StandIns } from "./cluster_standins.ts";
import {
  type ClusterStoreProcesses,
  NO_STORE,
  startClusterMooncake,
  startEmbeddedStore,
} from "./cluster_store.ts";

export interface ClusterStackOptions {
  readonly clock: Clock;
  readonly arm: Arm;
  readonly topology: Topology;
  readonly profiles: Profiles;
  /** New for every stack of a run. */
  readonly generation: number;
  readonly log_dir: string;
  readonly disk_dir: string;
  readonly signal: AbortSignal;
  readonly onStage: (stage: string) => void;
}

export interface ClusterEngine {
  readonly name: string;
  readonly role: EngineRole;
  readonly url: string;
  readonly log_path: string;
}

const ROUTER_READY_MS = 30_000;
const ROUTER_GRACE_MS = 5_000;
const ENGINE_GRACE_MS = 10_000;
const PROBE_TIMEOUT_MS = 2_000;
const WAIT_NOTE_MS = 15_000;

export class ClusterStack {
  readonly #options: ClusterStackOptions;
  readonly #processes: ClusterProcesses;
  readonly #died = new AbortController();
  readonly #lost: LostProcess[] = [];
  readonly #run_dir: string;
  #plan: LaunchPlan = { files: [], steps: [] };
  #store: ClusterStoreProcesses = NO_STORE;
  #standIns: StandIns | null = null;
  #router_url = "";

  private constructor(options: ClusterStackOptions) {
    this.#options = options;
    this.#run_dir = join(options.log_dir, "launch");
    const { clock, log_dir, signal } = options;
    this.#processes = new ClusterProcesses({
      ...{ clock, log_dir, signal },
      onLost: (lost) => this.#noteLoss(lost),
    });
  }

  /** On a failure nothing is left running. */
  static async start(options: ClusterStackOptions): Promise<Result<ClusterStack, StackFailure>> {
    const stack = new ClusterStack(options);
    const started = await stack.#start();
    if (started.ok) return ok(stack);
    await stack.stop();
    return started;
  }

  get router_url(): string {
    return this.#router_url;
  }

  get engines(): readonly ClusterEngine[] {
    return this.#plan.steps.flatMap(({ name, role, url }) =>
      role === null || url === null ? [] : [{ name, role, url, log_path: this.#processes.logPath(name) }],
    );
  }

  get master_urls(): readonly string[] {
    return this.#store.master_urls;
  }

  /** Aborted when an engine or the router has ended by itself: what is left is another deployment. */
  get died(): AbortSignal {
    return this.#died.signal;
  }

  /** `owner-0 was killed by SIGKILL`. */
  lost(): readonly string[] {
    return [
      ...this.#lost.map(({ name, how }) => `${name} ${how}`),
      ...this.#store.lost().map((name) => `${name} ended`),
    ];
  }

  /** Router, engines, owners, master. */
  async stop(): Promise<void> {
    const namesOf = (kind: string): string[] =>
      this.#plan.steps.filter((step) => step.kind === kind).map(({ name }) => name);
    await this.#processes.stop(namesOf("router"), ROUTER_GRACE_MS);
    await this.#processes.stop(namesOf("engine"), ENGINE_GRACE_MS);
    await this.#store.stop();
    this.#standIns?.remove();
  }

  async #start(): Promise<Result<null, StackFailure>> {
    const { arm, topology, profiles } = this.#options;
    const { deployment, store } = present(arm.cluster, "an arm of a cluster run has its deployment");
    const run_dir = this.#run_dir;
    const tcp = deployment.store.worker.protocol === "tcp" || store !== "mooncake";
    const found = findLaunchPlace(
      tcp ? "127.0.0.1" : null,
      run_dir,
      clusterRouter(arm.config, topology, profiles, run_dir),
    );
    if (!found.ok) return failure(found.error);
    const place: LaunchPlace = { ...found.value, uses_mooncake: store === "mooncake" };
    this.#plan = planLaunch(deployment, topology, place);
    const refused = this.#whyNot(place, isStandIn(deployment));
    if (refused !== null) return failure(refused);
    mkdirSync(run_dir, { recursive: true });
    for (const { path, text } of this.#plan.files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    const served = await this.#startStore(place);
    if (!served.ok) return served;
    const engines = await this.#startEngines(deployment.store.engine.ready_timeout_s * 1_000);
    return engines.ok ? this.#startRouter() : engines;
  }

  /** What would fail later, and less plainly. */
  #whyNot({ hosts }: LaunchPlace, stands_in: boolean): string | null {
    const engines = this.#plan.steps.filter(({ kind }) => kind === "engine");
    const short = engines.find(({ notes }) => notes.includes(TOO_FEW_GPUS));
    if (short !== undefined) return `${short.name}: ${TOO_FEW_GPUS}`;
    if (stands_in && hosts.length > 1)
      return "engine.command: engines that stand in for vLLM hand KV over in shared memory, and need one host. Use vllm serve on several.";
    const taken = listeningPorts("self");
    const ports = engines.filter(({ host }) => host.is_head).map(({ url }) => Number(url?.split(":").at(-1)));
    const busy = ports.find((port) => taken.has(port));
    return busy === undefined
      ? null
      : `engine.base_port: port ${busy} is in use on this machine. Stop what listens there, or set another base_port in the deployment.`;
  }

  async #startStore(place: LaunchPlace): Promise<Result<null, StackFailure>> {
    const { arm, clock, topology, profiles, generation, log_dir, disk_dir, onStage } = this.#options;
    const { deployment, store } = present(arm.cluster, "an arm of a cluster run has its deployment");
    if (isStandIn(deployment)) {
      const prepared = prepareStandIns({
        ...{ arm: arm.config, deployment, store, topology, profiles, generation, disk_dir },
        head: present(place.hosts[0], "a launch has a head"),
        run_dir: this.#run_dir,
      });
      if (!prepared.ok) return prepared;
      this.#standIns = prepared.value;
    }
    if (store === "none") return ok(null);
    onStage("starting the store");
    const processes = this.#processes;
    const started =
      store === "embedded"
        ? await startEmbeddedStore(present(this.#standIns, "stand-ins share it"), processes, log_dir)
        : await startClusterMooncake({ clock, deployment, place, plan: this.#plan, processes, log_dir });
    if (!started.ok) return started;
    this.#store = started.value;
    return ok(null);
  }

  /** All at once: each loads its weights for minutes. */
  async #startEngines(ready_timeout_ms: number): Promise<Result<null, StackFailure>> {
    const steps = this.#plan.steps.filter(({ kind }) => kind === "engine");
    let ready = 0;
    const all = new AbortController();
    void this.#noteWaiting(() => `${ready} of ${steps.length} engines answer`, all.signal);
    const outcomes = await Promise.all(
      steps.map(async (step) => {
        const health = `${step.url}/health`;
        const started = await this.#processes.start(step, ready_timeout_ms, async () => {
          return (await scrape(health, PROBE_TIMEOUT_MS)).ok;
        });
        if (started.ok) ready++;
        else this.#processes.giveUp();
        return started;
      }),
    );
    all.abort();
    const failures = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
    const own = failures.find(({ code }) => code !== "interrupted");
    const [lost] = this.#lost;
    if (own === undefined && lost !== undefined)
      return failure(`${lost.name} ${lost.how}\nIts log is ${this.#processes.logPath(lost.name)}.`);
    const failed = own ?? failures[0];
    if (failed === undefined) return ok(null);
    const { process: name, detail, log_path } = failed;
    return failure(`${name} ${detail}\nIts log is ${log_path}.`);
  }

  async #noteWaiting(state: () => string, done: AbortSignal): Promise<void> {
    const { clock, onStage } = this.#options;
    const started_ns = clock.now_ns();
    for (let notes = 0; !done.aborted; notes++) {
      const waited = notes === 0 ? "" : `, after ${(notes * WAIT_NOTE_MS) / 1_000} s`;
      onStage(`waiting for the engines: ${state()}${waited}`);
      await clock.sleepUntil(started_ns + msToNs((notes + 1) * WAIT_NOTE_MS), done);
    }
  }

  async #startRouter(): Promise<Result<null, StackFailure>> {
    const step = present(
      this.#plan.steps.find(({ kind }) => kind === "router"),
      "a launch has a router",
    );
    const started = await this.#processes.start(step, ROUTER_READY_MS);
    if (!started.ok) return failure(`router ${started.error.detail}\nIts log is ${started.error.log_path}.`);
    this.#router_url = `http://127.0.0.1:${String(started.value.ready["http_port"])}`;
    return ok(null);
  }

  #noteLoss(lost: LostProcess): void {
    this.#lost.push(lost);
    // Engines wait for minutes for a store that is gone.
    if (this.#router_url === "") this.#processes.giveUp();
    const kind = this.#plan.steps.find(({ name }) => name === lost.name)?.kind;
    if (kind === "engine" || kind === "router") this.#died.abort(`${lost.name} ${lost.how}`);
  }
}

function failure(message: string): Result<never, StackFailure> {
  return err({ code: "process", message });
}
