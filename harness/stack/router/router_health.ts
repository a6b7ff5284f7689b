// Which engines are up. An engine that refused a connection is left out until its /health answers again.

import type { Clock } from "../../clock/clock.ts";
import type { RouterCore } from "../../core/router/router_api.ts";
import { msToNs } from "../../domain/units.ts";
import type { Log } from "../process_config.ts";

const PROBE_INTERVAL_MS = 500;

export class RouterHealth {
  readonly #core: RouterCore;
  readonly #urls: ReadonlyMap<string, string>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #lost = new Set<string>();
  readonly #stopped = new AbortController();

  constructor(core: RouterCore, urls: ReadonlyMap<string, string>, clock: Clock, log: Log) {
    this.#core = core;
    this.#urls = urls;
    this.#clock = clock;
    this.#log = log;
  }

  isUp(engine_name: string): boolean {
    return !this.#lost.has(engine_name);
  }

  /** No-op for an engine that is known to be lost. */
  lose(engine_name: string, why: string): void {
    if (this.#lost.has(engine_name)) return;
    this.#lost.add(engine_name);
    this.#core.setHealthy(engine_name, false);
    this.#log(`WARNING ${engine_name} is lost: ${why}`);
    void this.#awaitReturn(engine_name);
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #awaitReturn(engine_name: string): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const next_ns = this.#clock.now_ns() + msToNs(PROBE_INTERVAL_MS);
      await this.#clock.sleepUntil(next_ns, this.#stopped.signal);
      if (!(await this.#answers(engine_name))) continue;
      this.#lost.delete(engine_name);
      this.#core.setHealthy(engine_name, true);
      this.#log(`${engine_name} is back`);
      return;
    }
  }

  async #answers(engine_name: string): Promise<boolean> {
    try {
      const url = `${this.#urls.get(engine_name)}/health`;
      return (await fetch(url, { signal: this.#stopped.signal, proxy: false })).ok;
    } catch {
      return false;
    }
  }
}
