// Calls back once, at a deadline or at a signal, whichever comes first. Deadlines cannot be taken back from a clock, so a new one
// is armed only when it is earlier than the one that is armed; a call may come early, and who is called looks again.

/** Resolves at or after deadline_ns. The clock's sleepUntil is within a millisecond; the data plane's pacer is finer. */
export type Pacer = (deadline_ns: number) => Promise<unknown>;

export class WakeUp {
  readonly #pacer: Pacer;
  readonly #onWake: () => void;
  #armed_ns = Number.POSITIVE_INFINITY;
  #waiting = false;

  constructor(pacer: Pacer, onWake: () => void) {
    this.#pacer = pacer;
    this.#onWake = onWake;
  }

  /** Infinity: at a signal only. */
  until(deadline_ns: number): void {
    this.#waiting = true;
    if (deadline_ns < this.#armed_ns) this.#arm(deadline_ns);
  }

  /** The call comes in a microtask, so not from within the signal. Nothing when nobody waits. */
  signal(): void {
    if (this.#stopWaiting()) queueMicrotask(this.#onWake);
  }

  #stopWaiting(): boolean {
    const was_waiting = this.#waiting;
    this.#waiting = false;
    return was_waiting;
  }

  #arm(deadline_ns: number): void {
    this.#armed_ns = deadline_ns;
    void this.#pacer(deadline_ns).then(() => {
      if (this.#armed_ns === deadline_ns) this.#armed_ns = Number.POSITIVE_INFINITY;
      if (this.#stopWaiting()) this.#onWake();
    });
  }
}
