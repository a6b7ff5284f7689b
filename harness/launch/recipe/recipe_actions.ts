// What a recipe's phases do to this machine: shells with a log each, a group each, and health checks over HTTP.

import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Subprocess } from "bun";
import type { Clock } from "../../clock/clock.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { scrape } from "../scrape.ts";
import type { RecipeCommand, RecipeServiceStep } from "./recipe_plan.ts";
import type { RecipeActions } from "./recipe_run.ts";

/** SIGTERM, then SIGKILL. */
const STOP_GRACE_S = 5;

export class ShellRecipeActions implements RecipeActions {
  readonly #clock: Clock;
  readonly #services: Subprocess[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async runHook(command: RecipeCommand): Promise<string | null> {
    const child = spawn(command);
    const code = await child.exited;
    return code === 0 ? null : `exited with code ${code}; see ${command.log_path}`;
  }

  async startService(service: RecipeServiceStep): Promise<string | null> {
    const child = spawn(service);
    this.#services.unshift(child);
    const { url, timeout_s, poll_interval_s } = service.health;
    const deadline_ns = this.#clock.now_ns() + timeout_s * NS_PER_S;
    while (true) {
      if ((await scrape(url)).ok) return null;
      if (child.exitCode !== null || child.signalCode !== null) {
        return `ended before ${url} answered; see ${service.log_path}`;
      }
      const now_ns = this.#clock.now_ns();
      if (now_ns >= deadline_ns)
        return `${url} did not answer within ${timeout_s} s; see ${service.log_path}`;
      await this.#clock.sleepUntil(Math.min(deadline_ns, now_ns + poll_interval_s * NS_PER_S));
    }
  }

  async stopServices(): Promise<void> {
    for (const child of this.#services.splice(0)) {
      signalGroup(child.pid, "SIGTERM");
      const settled = new AbortController();
      const late = this.#clock.sleepUntil(this.#clock.now_ns() + STOP_GRACE_S * NS_PER_S, settled.signal);
      await Promise.race([child.exited, late]);
      settled.abort();
      signalGroup(child.pid, "SIGKILL");
      await child.exited;
    }
  }
}

/** A group of its own, so that what the shell started ends with it. */
function spawn({ cmd, env, repo_path, log_path }: RecipeCommand): Subprocess {
  mkdirSync(dirname(log_path), { recursive: true });
  const log = openSync(log_path, "a");
  const venv = repo_path === null ? "" : join(repo_path, ".venv/bin");
  const path = existsSync(venv) ? { PATH: `${venv}:${process.env["PATH"] ?? ""}` } : {};
  const child = Bun.spawn(["sh", "-c", cmd], {
    ...(repo_path === null ? {} : { cwd: repo_path }),
    detached: true,
    stdin: "ignore",
    stdout: log,
    stderr: log,
    env: { ...process.env, ...path, ...env },
  });
  closeSync(log);
  return child;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
