// Keeps the event loop alive while native ops are outstanding: a threadsafe callback alone does not, and a process that
// waits for nothing else would end under its own transfers.

export class KeepAlive {
  /** A port that is listened to keeps the loop alive while it is referenced. */
  readonly #port: MessagePort;
  #held = false;

  constructor() {
    this.#port = new MessageChannel().port1;
    this.#port.onmessage = () => {};
    this.#port.unref();
  }

  hold(wanted: boolean): void {
    if (wanted === this.#held) return;
    this.#held = wanted;
    if (wanted) this.#port.ref();
    else this.#port.unref();
  }

  close(): void {
    this.#port.close();
  }
}
