// How many connections may be in the making at once. A listener's queue is finite (512 in Bun): a burst of connects that
// overflows it is repeated by the kernel only after a second, and that second would look like the server's. It limits
// the handshakes under way, never the streams that are open.

import { assert } from "../../domain/assert.ts";

export class ConnectGate {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #inside = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Resolves, in order of asking, when there is room. */
  enter(): Promise<void> {
    if (this.#inside < this.#limit) {
      this.#inside++;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    assert(this.#inside > 0, "whoever leaves has entered");
    const next = this.#waiting.shift();
    if (next === undefined) this.#inside--;
    else next();
  }
}
