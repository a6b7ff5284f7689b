// Whether a simulated process runs. What reaches one that is stopped (SIGSTOP) waits in its sockets and is taken up in order
// when it goes on; when it is killed instead, it is gone, and its callers see their connections end.

import type { EventLoop } from "./event_loop.ts";

interface Waiting {
  readonly action: () => void;
  readonly onKilled: () => void;
}

export class ProcessGate {
  #waiting: Waiting[] | null = null;

  get stopped(): boolean {
    return this.#waiting !== null;
  }

  stop(): void {
    this.#waiting ??= [];
  }

  goOn(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { action, onKilled } of waiting) this.enter(action, onKilled);
  }

  /** Another life begins running. */
  kill(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const { onKilled } of waiting) onKilled();
  }

  /** `onKilled`: what the caller sees when the process dies before it took this up. */
  enter(action: () => void, onKilled: () => void = () => {}): void {
    if (this.#waiting === null) action();
    else this.#waiting.push({ action, onKilled });
  }
}

/**
 * The answer to a call of a stopped process: its reply when it comes in time, else null. The process carries the call out all
 * the same once it goes on.
 */
export function answerInTime<Reply>(
  loop: EventLoop,
  timeout_ns: number,
  done: (reply: Reply | null) => void,
): (reply: Reply | null) => void {
  let answered = false;
  const once = (reply: Reply | null): void => {
    if (answered) return;
    answered = true;
    done(reply);
  };
  // No run waits for it: heartbeats to a process that hangs for good would keep it alive for ever.
  loop.at(loop.now_ns + timeout_ns, "timeout", () => once(null));
  return once;
}

/** Of calls to master and owners (stack/embedded_store_options.ts), and of questions between engines (stack/remote_holds.ts). */
export const STORE_RPC_TIMEOUT_NS = 30_000_000_000;
export const HOLD_RPC_TIMEOUT_NS = 10_000_000_000;
