// The processes of one launch, on this machine and on the job's others: started by step, watched, stopped group by group, with a log
// each and their own directories removed behind them.

import { join } from "node:path";
import type { Clock } from "../../clock/clock.ts";
import type { Result } from "../../domain/result.ts";
import type { LostProcess } from "../stack_launcher.ts";
import { describeEnd, type StartFailure, type SupervisedProcess, Supervisor } from "../supervisor.ts";
import type { LaunchStep } from "../vllm/vllm_plan.ts";
import { commandOnHost } from "./cluster_hosts.ts";

export interface ClusterProcessesOptions {
  readonly clock: Clock;
  readonly log_dir: string;
  /** Gives up starts that are under way. */
  readonly signal: AbortSignal;
  /** A process ended that nobody stopped. */
  readonly onLost: (lost: LostProcess) => void;
}

export class ClusterProcesses {
  readonly #options: ClusterProcessesOptions;
  readonly #supervisor: Supervisor;
  readonly #steps: LaunchStep[] = [];
  readonly #given_up = new AbortController();

  constructor(options: ClusterProcessesOptions) {
    this.#options = options;
    this.#supervisor = new Supervisor(options.clock, (ended) =>
      options.onLost({ name: ended.name, how: describeEnd(ended), at_ns: options.clock.now_ns() }),
    );
  }

  logPath(name: string): string {
    return join(this.#options.log_dir, `${name}.log`);
  }

  /** Without a probe the process says itself that it serves. */
  async start(
    step: LaunchStep,
    ready_timeout_ms: number,
    probe?: () => Promise<boolean>,
  ): Promise<Result<SupervisedProcess, StartFailure>> {
    const { name, command } = step;
    this.#steps.push(step);
    await this.#onHost(step, ["mkdir", "-p"]);
    const spec = { name, argv: command.argv, env: command.env, log_path: this.logPath(name) };
    return this.#supervisor.start(
      probe === undefined ? spec : { ...spec, probe },
      ready_timeout_ms,
      AbortSignal.any([this.#options.signal, this.#given_up.signal]),
    );
  }

  /** Ends all starts that are under way, as interrupted. */
  giveUp(): void {
    this.#given_up.abort();
  }

  /** All of them at once; SIGKILL to what is left after the grace. */
  async stop(names: readonly string[], grace_ms: number): Promise<void> {
    await this.#supervisor.stop(grace_ms, names);
    const stopped = this.#steps.filter(({ name }) => names.includes(name));
    await Promise.all(stopped.map((step) => this.#onHost(step, ["rm", "-rf"])));
  }

  /** Best effort: a directory that cannot be made is missed by the process that needs it, which says so. */
  async #onHost({ host, directories }: LaunchStep, words: readonly string[]): Promise<void> {
    if (directories.length === 0) return;
    const { argv } = commandOnHost({ argv: [...words, ...directories], env: {} }, host);
    const quiet = { stdin: "ignore", stdout: "ignore", stderr: "inherit" } as const;
    await Bun.spawn([...argv], { ...quiet, env: process.env }).exited;
  }
}
