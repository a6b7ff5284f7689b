// Waits for whichever comes first: a deadline or a signal. Deadlines cannot be taken back from a clock, so a new one is
// armed only when it is earlier than the one that is armed; a wake-up may come early and the waiter looks again.

/** Resolves at or after deadline_ns. The clock's sleepUntil is within a millisecond; the data plane's pacer is finer. */
export type Pacer = (deadline_ns: number) => Promise<void>;

export class WakeUp {
  readonly #pacer: Pacer;
  #armed_ns = Number.POSITIVE_INFINITY;
  #wake: (() => void) | null = null;

  constructor(pacer: Pacer) {
    this.#pacer = pacer;
  }

  /** One waiter at a time. */
  async until(deadline_ns: number): Promise<void> {
    if (deadline_ns < this.#armed_ns) void this.#arm(deadline_ns);
    await this.signalled();
  }

  signalled(): Promise<void> {
    return new Promise((wake) => {
      this.#wake = wake;
    });
  }

  signal(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  async #arm(deadline_ns: number): Promise<void> {
    this.#armed_ns = deadline_ns;
    await this.#pacer(deadline_ns);
    if (this.#armed_ns === deadline_ns) this.#armed_ns = Number.POSITIVE_INFINITY;
    this.signal();
  }
}
