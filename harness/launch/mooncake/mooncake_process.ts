// One process of the real store. It says nothing when it serves, so readiness is looked up from outside: its TCP ports in
// /proc/<pid>/net, which holds in any network namespace. It is killed with the harness, which the kernel sees to (setpriv).

import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Subprocess } from "bun";
import type { Clock } from "../../clock/clock.ts";
import { msToNs } from "../../domain/units.ts";
import type { Command } from "./mooncake_commands.ts";

const POLL_MS = 50;

export interface ProcessPlace {
  readonly clock: Clock;
  readonly log_path: string;
  /** Puts a command where the process shall run: a network namespace of a test, or as it is. */
  readonly wrap: (argv: readonly string[]) => readonly string[];
}

export type ReadyOutcome = "ready" | "exited" | "timeout";

export class MooncakeProcess {
  readonly log_path: string;
  readonly #clock: Clock;
  readonly #child: Subprocess;

  constructor({ argv, env }: Command, { clock, log_path, wrap }: ProcessPlace) {
    this.#clock = clock;
    this.log_path = log_path;
    mkdirSync(dirname(log_path), { recursive: true });
    const log = openSync(log_path, "a");
    const setpriv = Bun.which("setpriv");
    const guarded = setpriv === null ? argv : [setpriv, "--pdeathsig", "KILL", ...argv];
    this.#child = Bun.spawn([...wrap(guarded)], {
      stdin: "ignore",
      stdout: log,
      stderr: log,
      env: { ...process.env, ...env },
    });
    closeSync(log);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Until all ports are listening there, it has ended, or the time is up. */
  async waitFor(ports: readonly number[], timeout_ms: number): Promise<ReadyOutcome> {
    const deadline_ns = this.#clock.now_ns() + msToNs(timeout_ms);
    while (true) {
      if (!this.running) return "exited";
      const listening = listeningPorts(this.pid);
      if (ports.every((port) => listening.has(port))) return "ready";
      if (this.#clock.now_ns() >= deadline_ns) return "timeout";
      await this.#clock.sleepUntil(this.#clock.now_ns() + msToNs(POLL_MS));
    }
  }

  /** SIGTERM, and SIGKILL after the grace. Resolves when the process is gone. */
  async stop(grace_ms: number): Promise<void> {
    if (!this.running) return;
    this.#child.kill("SIGTERM");
    const settled = new AbortController();
    const late = this.#clock.sleepUntil(this.#clock.now_ns() + msToNs(grace_ms), settled.signal);
    await Promise.race([this.#child.exited, late]);
    settled.abort();
    if (this.running) this.#child.kill("SIGKILL");
    await this.#child.exited;
  }

  /** "" when it has written nothing. */
  lastLines(count: number): string {
    return readFileSync(this.log_path, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  }
}

/** TCP ports that anything in the network namespace of `pid` listens on; none when the process is gone. */
export function listeningPorts(pid: number | "self"): ReadonlySet<number> {
  const ports = new Set<number>();
  for (const table of ["tcp", "tcp6"]) {
    for (const line of readTable(`/proc/${pid}/net/${table}`)) {
      const [, local = "", , state] = line.trim().split(/\s+/);
      if (state === "0A") ports.add(Number.parseInt(local.split(":").at(-1) ?? "", 16));
    }
  }
  return ports;
}

function readTable(path: string): string[] {
  try {
    return readFileSync(path, "utf8").trim().split("\n").slice(1);
  } catch {
    return [];
  }
}
