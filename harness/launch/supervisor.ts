// Processes up and down. Every process of a run is a child in its own process group, says `{"ready":…}` on stdout when it
// serves, logs to a file of its own, and ends by itself when its stdin closes: even a SIGKILL of the harness leaves none.
// A program that knows nothing of this (vllm serve) is probed from outside, logs stdout too, and is sent SIGTERM by the kernel
// when the harness is gone.

import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { execa } from "execa";
import type { Clock } from "../clock/clock.ts";
import { present } from "../domain/assert.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { msToNs } from "../domain/units.ts";

export interface ProcessSpec {
  readonly name: string;
  readonly argv: readonly string[];
  readonly log_path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether it serves, for a process that does not say so itself. */
  readonly probe?: () => Promise<boolean>;
}

export interface StartFailure {
  readonly process: string;
  readonly code: "exited" | "timeout" | "spawn_failed" | "interrupted";
  readonly detail: string;
  readonly log_path: string;
}

export interface Ended {
  readonly name: string;
  readonly exit_code: number | null;
  readonly signal: string | null;
  /** True when the supervisor asked for it. */
  readonly expected: boolean;
}

export interface SupervisedProcess {
  readonly name: string;
  readonly pid: number;
  readonly log_path: string;
  /** What the process said of itself in its ready line. */
  readonly ready: Readonly<Record<string, unknown>>;
}

interface Child {
  readonly spec: ProcessSpec;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  running: boolean;
  stopping: boolean;
}

/** Six processes that start on one emulated core beside busy neighbours take 30 s. */
const READY_TIMEOUT_MS = 90_000;
const PROBE_MS = 100;
/** Of a start that is given up: what a program has started itself goes with it. */
const GIVE_UP_GRACE_MS = 5_000;
const LOG_LINES_SHOWN = 12;

export class Supervisor {
  readonly #clock: Clock;
  readonly #onUnexpectedEnd: (ended: Ended) => void;
  readonly #children = new Map<string, Child>();

  constructor(clock: Clock, onUnexpectedEnd: (ended: Ended) => void) {
    this.#clock = clock;
    this.#onUnexpectedEnd = onUnexpectedEnd;
  }

  /** Resolves when the process has said that it serves, or with why it never will. */
  async start(
    spec: ProcessSpec,
    ready_timeout_ms: number = READY_TIMEOUT_MS,
    signal: AbortSignal = NEVER,
  ): Promise<Result<SupervisedProcess, StartFailure>> {
    mkdirSync(dirname(spec.log_path), { recursive: true });
    const log_fd = openSync(spec.log_path, "a");
    const [file, ...args] = spec.probe === undefined ? spec.argv : guarded(spec.argv);
    const subprocess = execa(file ?? "", args, {
      // A group of its own: a terminal's Ctrl-C reaches the harness only, which then stops its children in order.
      detached: true,
      stdin: spec.probe === undefined ? "pipe" : "ignore",
      stdout: spec.probe === undefined ? "pipe" : (log_fd as 3),
      // A descriptor, so that lines are kept when the harness dies. The type lists 3 to 9; any open one works.
      stderr: log_fd as 3,
      buffer: false,
      reject: false,
      env: { ...spec.env },
    });
    closeSync(log_fd);
    if (subprocess.pid === undefined) {
      const result = await subprocess;
      return err(failure(spec, "spawn_failed", result.shortMessage ?? "the process could not be started"));
    }
    const child = this.#track(spec, subprocess.pid, subprocess);
    const decided = new AbortController();
    const said =
      spec.probe === undefined
        ? readyLine(present(subprocess.stdout, "a process that is not probed has a pipe"))
        : this.#probed(spec.probe, decided.signal);
    const outcome = await this.#within(ready_timeout_ms, Promise.race([said, child.ended]), signal);
    decided.abort();
    if (typeof outcome === "string") {
      return ok({ name: spec.name, pid: child.pid, log_path: spec.log_path, ready: parseReady(outcome) });
    }
    child.stopping = true;
    if (outcome !== undefined) return err(failure(spec, "exited", describeEnd(outcome)));
    await this.stop(spec.probe === undefined ? 0 : GIVE_UP_GRACE_MS, [spec.name]);
    if (signal.aborted) return err(failure(spec, "interrupted", "was stopped before it was ready"));
    const what = spec.probe === undefined ? "say that it is ready" : "answer";
    return err(failure(spec, "timeout", `did not ${what} within ${ready_timeout_ms} ms`));
  }

  /** Sends a signal to one process group: the fault injector's tool. The end counts as unexpected. */
  signal(name: string, signal: NodeJS.Signals): boolean {
    const child = this.#children.get(name);
    if (child === undefined || !child.running) return false;
    return signalGroup(child.pid, signal);
  }

  /** SIGTERM to all given (default: all) at once, SIGKILL to what is left after the grace. Resolves when none is left. */
  async stop(grace_ms: number, names: readonly string[] = [...this.#children.keys()]): Promise<void> {
    const running = names
      .map((name) => this.#children.get(name))
      .filter((child): child is Child => child?.running === true);
    for (const child of running) {
      child.stopping = true;
      signalGroup(child.pid, "SIGTERM");
      // A stopped (SIGSTOP) process only takes the signal once it goes on.
      signalGroup(child.pid, "SIGCONT");
    }
    const all_ended = Promise.all(running.map((child) => child.ended)).then(() => true);
    if (await this.#within(grace_ms, all_ended)) return;
    for (const child of running) if (child.running) signalGroup(child.pid, "SIGKILL");
    await all_ended;
  }

  /** Processes running now. */
  running(): readonly { readonly name: string; readonly pid: number }[] {
    return [...this.#children.values()]
      .filter((child) => child.running)
      .map(({ spec, pid }) => ({ name: spec.name, pid }));
  }

  /** Asks until the answer is yes; then as a line without facts. Never, once `decided` is aborted. */
  async #probed(probe: () => Promise<boolean>, decided: AbortSignal): Promise<string> {
    while (!(await probe())) {
      await this.#clock.sleepUntil(this.#clock.now_ns() + msToNs(PROBE_MS), decided);
      if (decided.aborted) return new Promise(() => {});
    }
    return "{}";
  }

  /** The promise's value, or undefined when it takes longer or `signal` is aborted first. */
  async #within<T>(
    limit_ms: number,
    promise: Promise<T>,
    signal: AbortSignal = NEVER,
  ): Promise<T | undefined> {
    const settled = new AbortController();
    const deadline_ns = this.#clock.now_ns() + msToNs(limit_ms);
    const over = AbortSignal.any([settled.signal, signal]);
    const late = this.#clock.sleepUntil(deadline_ns, over).then(() => undefined);
    try {
      return await Promise.race([promise, late]);
    } finally {
      settled.abort();
    }
  }

  #track(
    spec: ProcessSpec,
    pid: number,
    result: PromiseLike<{ exitCode?: number | undefined; signal?: string | undefined }>,
  ): Child {
    const child: Child = {
      spec,
      pid,
      running: true,
      stopping: false,
      ended: Promise.resolve(result).then(({ exitCode, signal }) => {
        child.running = false;
        const ended: Ended = {
          name: spec.name,
          exit_code: exitCode ?? null,
          signal: signal ?? null,
          expected: child.stopping,
        };
        if (!child.stopping) this.#onUnexpectedEnd(ended);
        return ended;
      }),
    };
    this.#children.set(spec.name, child);
    return child;
  }
}

const NEVER: AbortSignal = new AbortController().signal;

/** Nothing of it outlives the harness, where the kernel can be asked for that. */
function guarded(argv: readonly string[]): readonly string[] {
  const setpriv = Bun.which("setpriv");
  return setpriv === null ? argv : [setpriv, "--pdeathsig", "TERM", ...argv];
}

/** `exited with code 1`, `was killed by SIGKILL`. */
export function describeEnd(ended: Ended): string {
  return ended.signal === null ? `exited with code ${ended.exit_code}` : `was killed by ${ended.signal}`;
}

function failure(spec: ProcessSpec, code: StartFailure["code"], detail: string): StartFailure {
  return {
    process: spec.name,
    code,
    detail: `${detail}${lastLogLines(spec.log_path)}`,
    log_path: spec.log_path,
  };
}

function lastLogLines(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8").trimEnd();
  } catch {
    return "";
  }
  if (text === "") return "";
  return `\n${text.split("\n").slice(-LOG_LINES_SHOWN).join("\n")}`;
}

/** First line of stdout; the rest is read and dropped so that the pipe never fills. */
function readyLine(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    stdout.on("data", (chunk: Buffer) => {
      if (text.includes("\n")) return;
      text += chunk.toString("utf8");
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}

function parseReady(line: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : { line };
  } catch {
    return { line };
  }
}

/** False when the group is gone already. */
function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
