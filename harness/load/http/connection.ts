// One TCP connection for one HTTP request at a time. Every read is stamped before anything else is done with it.

import type { Socket } from "bun";
import type { Clock } from "../../clock/clock.ts";
import { assert } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { HttpTarget } from "./http_target.ts";

export interface ConnectionUser {
  received(bytes: Buffer, at_ns: number): void;
  /** The peer closed or the network failed; nothing follows. */
  lost(why: string): void;
}

export class Connection {
  /** Whoever waits for a response; null while idle. */
  user: ConnectionUser | null = null;
  readonly #clock: Clock;
  readonly #onLost: (connection: Connection) => void;
  #socket: Socket<Connection> | null = null;
  #unsent: Buffer | null = null;
  #open = true;

  private constructor(clock: Clock, onLost: (connection: Connection) => void) {
    this.#clock = clock;
    this.#onLost = onLost;
  }

  /** `onLost` is called once when the connection is gone by the peer's doing, idle or not. */
  static async open(
    target: HttpTarget,
    clock: Clock,
    onLost: (connection: Connection) => void,
  ): Promise<Result<Connection, string>> {
    const connection = new Connection(clock, onLost);
    try {
      connection.#socket = await Bun.connect<Connection>({
        hostname: target.host,
        port: target.port,
        data: connection,
        socket: HANDLERS,
      });
      return ok(connection);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return err(`could not connect to ${target.host}:${target.port}: ${why}`);
    }
  }

  get is_open(): boolean {
    return this.#open;
  }

  /** Takes over `bytes` until they are sent. */
  send(bytes: Buffer): void {
    assert(this.#unsent === null, "a connection sends one request at a time");
    this.#unsent = bytes;
    this.flush();
  }

  /** Everything given to `send` is in the kernel. */
  get is_flushed(): boolean {
    return this.#unsent === null;
  }

  flush(): void {
    if (this.#unsent === null || this.#socket === null) return;
    const written = this.#socket.write(this.#unsent);
    if (written < 0) this.lose("the connection is closed");
    else this.#unsent = written === this.#unsent.length ? null : this.#unsent.subarray(written);
  }

  receive(bytes: Buffer): void {
    const at_ns = this.#clock.now_ns();
    if (this.user === null) this.lose("the server sent bytes that nobody asked for");
    else this.user.received(bytes, at_ns);
  }

  lose(why: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket?.terminate();
    this.#onLost(this);
    const user = this.user;
    this.user = null;
    user?.lost(why);
  }

  /** Ends it from this side; the user hears nothing. */
  close(): void {
    this.#open = false;
    this.user = null;
    this.#socket?.terminate();
  }
}

const HANDLERS = {
  data: (socket: Socket<Connection>, bytes: Buffer): void => socket.data.receive(bytes),
  drain: (socket: Socket<Connection>): void => socket.data.flush(),
  end: (socket: Socket<Connection>): void => socket.data.lose("the server closed the connection"),
  close: (socket: Socket<Connection>, error?: Error): void =>
    socket.data.lose(error === undefined ? "the server closed the connection" : error.message),
  error: (socket: Socket<Connection>, error: Error): void => socket.data.lose(error.message),
  // Given so that a refused connection rejects the promise of Bun.connect and is not reported twice.
  connectError: (): void => {},
} as const;
