// One arm of one pair on engines that this program launched: the deployment of the arm, kept up where the run before had the same one
// (a model loads for minutes), warmed up, emptied on every engine, proved empty at the master, then measured as any server is. The
// engines' logs tell tiers and failures that metrics do not.

import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Arm } from "../../config/build_arms.ts";
import { isStandIn } from "../../config/cluster_target.ts";
import type { EndpointTarget } from "../../config/endpoint_target.ts";
import { present } from "../../domain/assert.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { NS_PER_US } from "../../domain/units.ts";
import { parseHttpTarget } from "../../load/http/http_target.ts";
import { logProblems, readEngineLog, sumEngineLogs } from "../../measure/engine_log.ts";
import type { ArmOutcome, ArmRunner, ArmRunOptions, StackFailure } from "../bench/arm_runner.ts";
import type { LoadHost } from "../bench/drive_load.ts";
import { nameModel, resetServer, type ScrapedUrl } from "../endpoint/endpoint_server.ts";
import { measureServer } from "../endpoint/measure_server.ts";
import { warmUp } from "../live/warm_up.ts";
import { type ClusterEngine, ClusterStack } from "./cluster_stack.ts";

export interface ClusterArms {
  readonly runArm: ArmRunner;
  /** Takes down what still runs. */
  close(): Promise<void>;
}

type ClusterArmOptions = ArmRunOptions & LoadHost;

export function clusterArms(host: LoadHost): ClusterArms {
  let running: { readonly key: string; readonly stack: ClusterStack } | null = null;
  const close = async (): Promise<void> => {
    const ended = running;
    running = null;
    await ended?.stack.stop();
  };
  return {
    close,
    runArm: async (given) => {
      const options = { ...given, ...host };
      const key = deploymentKey(options.arm);
      if (running !== null && (running.key !== key || running.stack.lost().length > 0)) {
        options.onStage("taking the deployment down");
        await close();
      }
      if (running === null) {
        const started = await startStack(options);
        if (!started.ok) return started;
        running = { key, stack: started.value };
      }
      const outcome = await measureOn(running.stack, options);
      if (outcome.ok) return outcome;
      await close();
      return err<StackFailure>({ code: "process", message: outcome.error });
    },
  };
}

/** Two arms with the same may share a running deployment. */
function deploymentKey({ cluster, config }: Arm): string {
  const target = present(cluster, "an arm of a cluster run has its deployment");
  return JSON.stringify([target, isStandIn(target.deployment) ? config : config.router]);
}

function startStack(options: ClusterArmOptions): Promise<Result<ClusterStack, StackFailure>> {
  const { clock, arm, run_index, topology, profiles, logs_path, run_path, signal, onStage } = options;
  const name = `launch${run_index}_${arm.name}`;
  onStage("starting the deployment");
  return ClusterStack.start({
    ...{ clock, arm, topology, profiles, signal, onStage },
    generation: (Math.floor(clock.now_ns() / NS_PER_US) % 2 ** 30) + run_index + 1,
    log_dir: join(logs_path, name),
    disk_dir: join(arm.config.store.disk.path ?? run_path, `disk_${name}`),
  });
}

async function measureOn(
  stack: ClusterStack,
  options: ClusterArmOptions,
): Promise<Result<ArmOutcome, string>> {
  const { arm, clock, seed, signal, onStage } = options;
  const { engines, router_url } = stack;
  const router = await nameModel(routerTarget(router_url));
  if (!router.ok) return router;
  const target = parseHttpTarget(router_url);
  if (!target.ok) return target;
  const model = present(router.value.model, "a named model");
  onStage("warming up");
  const members = engines.map((engine) => ({ ...engine, kind: "engine" as const, pid: 0 }));
  const engine = { ...arm.config.engine, model };
  await warmUp({ clock, router_url, members, engine, seed, signal });
  onStage("emptying every engine and the store");
  const emptied = await emptyAll(engines);
  if (!emptied.ok) return emptied;
  const log_starts = engines.map(({ log_path }) => statSync(log_path).size);
  const outcome = await measureServer(options, {
    target: target.value,
    model,
    urls: [...engines.map(scraped), ...stack.master_urls.map(scrapedMaster)],
    unseen: stack.master_urls.length > 0 ? null : NO_MASTER,
    lost: stack.died,
    readRecord: handsOver(engines) ? withoutHandOver : (record) => record,
  });
  if (stack.died.aborted) return err(`the deployment died under load: ${stack.lost().join(", ")}`);
  return outcome.ok ? ok(withLogs(outcome.value, stack, log_starts, options)) : outcome;
}

const NO_MASTER = "the engines answered the reset, and they share no store whose master would show it empty";

function routerTarget(url: string): EndpointTarget {
  return { name: "router", url, metrics_urls: [], reset_url: null, model: null, api_key_env: null };
}

/** Each wipes its own blocks, and the store behind its own saves. */
async function emptyAll(engines: readonly ClusterEngine[]): Promise<Result<null, string>> {
  const outcomes = await Promise.all(
    engines.map(({ name, url }) =>
      resetServer({
        ...routerTarget(url),
        name,
        reset_url: `${url}/reset_prefix_cache?reset_running_requests=true&reset_external=true`,
      }),
    ),
  );
  return outcomes.find((outcome) => !outcome.ok) ?? ok(null);
}

function scraped({ name, role, url }: ClusterEngine): ScrapedUrl {
  return { name, kind: "engine", role, url: `${url}/metrics` };
}

function scrapedMaster(url: string, index: number): ScrapedUrl {
  return {
    name: index === 0 ? "master" : `master-${index}`,
    kind: "master",
    role: null,
    url: `${url}/metrics`,
  };
}

function handsOver(engines: readonly ClusterEngine[]): boolean {
  return engines.some(({ role }) => role === "prefill");
}

/** vLLM's decode engine answers, and takes the whole prompt that it was handed for cached: the prefill engines' metrics know better. */
function withoutHandOver({ cached_tokens_total: _, ...record }: RequestRecord): RequestRecord {
  return record;
}

function withLogs(
  outcome: ArmOutcome,
  stack: ClusterStack,
  log_starts: readonly number[],
  { onFault }: ClusterArmOptions,
): ArmOutcome {
  const logs = stack.engines.map((engine, i) => ({
    name: engine.name,
    facts: readEngineLog(textFrom(engine.log_path, log_starts[i] ?? 0)),
  }));
  const faults = [
    ...stack.lost(),
    ...logs.flatMap(({ name, facts }) =>
      logProblems(facts).map((problem) => `${name}: ${problem} in its log`),
    ),
  ];
  for (const fault of faults) onFault(fault);
  const engine_log = sumEngineLogs(logs.map(({ facts }) => facts));
  return { ...outcome, run: { ...outcome.run, faults, engine_log } };
}

/** What a log has grown by. */
function textFrom(path: string, start: number): string {
  const file = openSync(path, "r");
  const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - start));
  const read = readSync(file, bytes, 0, bytes.length, start);
  closeSync(file);
  return bytes.subarray(0, read).toString("utf8");
}
