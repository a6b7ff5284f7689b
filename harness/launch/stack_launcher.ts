// Starts and ends the processes of one stack. What a process is started with comes from the composition root: this file
// knows names, readiness and losses, not what a master or an engine is.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../clock/clock.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { describeEnd, type Ended, type ProcessSpec, type StartFailure, Supervisor } from "./supervisor.ts";

/** One process: its name and the JSON it is started with. */
export interface Launch {
  readonly name: string;
  readonly config: object;
}

export interface LaunchedProcess {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
}

export interface StackLauncherOptions {
  readonly clock: Clock;
  /** Program and arguments that a config path is appended to. */
  readonly serve_argv: readonly string[];
  readonly config_dir: string;
  readonly log_dir: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface LostProcess {
  readonly name: string;
  readonly how: string;
  readonly at_ns: number;
}

/** A stop that a user waits for after Ctrl-C ends within this and a moment. */
const STOP_GRACE_MS = 1_200;

export class StackLauncher {
  readonly #options: StackLauncherOptions;
  readonly #supervisor: Supervisor;
  readonly #lost: LostProcess[] = [];
  #onLost: (lost: LostProcess) => void = () => {};

  constructor(options: StackLauncherOptions) {
    this.#options = options;
    this.#supervisor = new Supervisor(options.clock, (ended) => this.#noteLoss(ended));
    mkdirSync(options.config_dir, { recursive: true });
  }

  /** Starts all at once and waits for all; on a failure the first one is returned and nothing is left running. */
  async start(launches: readonly Launch[]): Promise<Result<readonly LaunchedProcess[], StartFailure>> {
    const outcomes = await Promise.all(launches.map((launch) => this.#startOne(launch)));
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed !== undefined && !failed.ok) {
      await this.stop();
      return err(failed.error);
    }
    return ok(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : [])));
  }

  /** Fault injection and tests: a signal to one process. */
  signal(name: string, signal: NodeJS.Signals): boolean {
    return this.#supervisor.signal(name, signal);
  }

  onLost(callback: (lost: LostProcess) => void): void {
    this.#onLost = callback;
  }

  /** Processes that ended without being asked to. */
  lost(): readonly LostProcess[] {
    return this.#lost;
  }

  /** All at once: every process bears the loss of the others. */
  async stop(): Promise<void> {
    await this.#supervisor.stop(STOP_GRACE_MS);
  }

  async #startOne({ name, config }: Launch): Promise<Result<LaunchedProcess, StartFailure>> {
    const { serve_argv, config_dir, log_dir, env } = this.#options;
    const config_path = join(config_dir, `${name}.json`);
    writeFileSync(config_path, `${JSON.stringify(config, null, 2)}\n`);
    const spec: ProcessSpec = {
      name,
      argv: [...serve_argv, config_path],
      log_path: join(log_dir, `${name}.log`),
      env,
    };
    const started = await this.#supervisor.start(spec);
    if (!started.ok) return started;
    const { pid, ready } = started.value;
    return ok({ name, pid, url: `http://127.0.0.1:${String(ready["http_port"])}` });
  }

  #noteLoss(ended: Ended): void {
    const lost = { name: ended.name, how: describeEnd(ended), at_ns: this.#options.clock.now_ns() };
    this.#lost.push(lost);
    this.#onLost(lost);
  }
}
