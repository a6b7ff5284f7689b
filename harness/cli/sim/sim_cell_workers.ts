// Processes that share the simulated cells of a study: the simulator uses one core, and runs on virtual time do not disturb each
// other. Same records and figures as one after the other in this process.

import { availableParallelism, freemem } from "node:os";
import { join } from "node:path";
import { present } from "../../domain/assert.ts";
import { err } from "../../domain/result.ts";
import { GIB } from "../../domain/units.ts";
import { EXIT } from "../exit_code.ts";
import type { SimCellAnswer, SimCellJob } from "./sim_cell_process.ts";
import { SIM_ENVIRONMENT } from "./sim_environment.ts";

/** Of what a simulation that died said: the error and where it came from. */
const LAST_LINES = 12;
/** Of a run at full scale, twice over. */
const WORKER_BYTES = 2 * GIB;

/** As many as have a core, memory and a run; 1: nothing is shared out. */
export function simCellsAtOnce(runs: number): number {
  return Math.max(1, Math.min(runs, availableParallelism(), Math.floor(freemem() / WORKER_BYTES)));
}

export class SimCellWorkers implements AsyncDisposable {
  readonly #workers: readonly SimCellWorker[];
  readonly #idle: SimCellWorker[];

  constructor(count: number) {
    this.#workers = Array.from({ length: count }, () => new SimCellWorker());
    this.#idle = [...this.#workers];
  }

  /** No more at a time than there are workers. */
  async run(job: SimCellJob): Promise<SimCellAnswer> {
    const worker = present(this.#idle.pop(), "a cell is given to a worker that is idle");
    const answer = await worker.run(job);
    this.#idle.push(worker);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
}

class SimCellWorker implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #answers: AsyncIterator<string>;
  /** Its progress, and what it died of. */
  readonly #said: Promise<string>;

  constructor() {
    this.#child = Bun.spawn([process.execPath, join(import.meta.dir, "sim_cell_process.ts")], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...SIM_ENVIRONMENT, ...process.env },
    });
    this.#answers = lines(this.#child.stdout);
    this.#said = new Response(this.#child.stderr).text();
  }

  async run(job: SimCellJob): Promise<SimCellAnswer> {
    this.#child.stdin.write(`${JSON.stringify(job)}\n`);
    await this.#child.stdin.flush();
    const answer = await this.#answers.next();
    if (answer.done !== true) return JSON.parse(answer.value) as SimCellAnswer;
    const last = (await this.#said).trimEnd().split("\n").slice(-LAST_LINES).join("\n");
    const message = `a simulation ended in the middle of its work (exit code ${await this.#child.exited}):\n${last}`;
    return err({ exit_code: EXIT.STACK_FAILED, status: "failed", message });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
  }
}

async function* lines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    const parts = rest.split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}
