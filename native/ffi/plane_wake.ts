// How native threads wake JavaScript: one threadsafe callback a plane, which takes what is done off the plane's ring. It keeps
// the event loop alive while ops are under way, and sees a plane off: no callback may arrive once it is closed, nor while the
// process is torn down.

import { JSCallback, type Pointer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import { KeepAlive } from "./keep_alive.ts";

/** The opened plane behind a wake. */
export interface WokenPlane {
  readonly ring: { readonly in_flight: number; advance(): void };
  /** Stops the native threads wherever they are; no wake is sent afterwards. */
  halt(): void;
  /** Wakes sent since the plane was opened. */
  wakeCount(): number;
}

export class PlaneWake {
  readonly #callback: JSCallback;
  readonly #keep_alive = new KeepAlive();
  readonly #halt_at_exit = () => this.#plane?.halt();
  #plane: WokenPlane | null = null;
  #wakes = 0;
  /** Called after every wake while somebody waits for a state of the plane. */
  #on_wake: (() => void) | null = null;

  constructor() {
    this.#callback = new JSCallback(() => this.#woken(), { args: [], returns: "void", threadsafe: true });
  }

  /** What native code calls. */
  get address(): Pointer {
    return present(this.#callback.ptr, "an open callback has an address");
  }

  /** From here on wakes are for this plane. */
  attach(plane: WokenPlane): void {
    assert(this.#plane === null, "a wake is of one plane");
    this.#plane = plane;
    // A process that exits with ops under way must not be called back while it is torn down.
    process.once("exit", this.#halt_at_exit);
  }

  /** To be called after every submit: the event loop stays for what is under way. */
  hold(): void {
    this.#keep_alive.hold((this.#plane?.ring.in_flight ?? 0) > 0 || this.#on_wake !== null);
  }

  /** Resolves when nothing is under way. */
  drained(): Promise<void> {
    const { ring } = this.#attached;
    return this.#wokenUntil(() => ring.in_flight === 0);
  }

  /** Halts the plane, and waits for the wakes that are still in the event loop's queue: they would find a closed callback. */
  async halt(): Promise<void> {
    const plane = this.#attached;
    plane.halt();
    const sent = plane.wakeCount();
    await this.#wokenUntil(() => this.#wakes === sent);
    process.off("exit", this.#halt_at_exit);
  }

  /** Of a plane that was halted, or was never opened. */
  close(): void {
    this.#callback.close();
    this.#keep_alive.close();
  }

  get #attached(): WokenPlane {
    return present(this.#plane, "the plane is open");
  }

  #woken(): void {
    this.#wakes++;
    this.#plane?.ring.advance();
    this.hold();
    this.#on_wake?.();
  }

  #wokenUntil(reached: () => boolean): Promise<void> {
    if (reached()) return Promise.resolve();
    this.#keep_alive.hold(true);
    return new Promise((resolve) => {
      this.#on_wake = () => {
        if (!reached()) return;
        this.#on_wake = null;
        resolve();
      };
    });
  }
}
