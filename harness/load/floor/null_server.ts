// An OpenAI-compatible server with no engine behind it: answers `/v1/completions` with `max_tokens` events of one token
// each, as fast as asked. What a client measures against it is the client. One event is one write, so that events arrive
// alone unless the client lags. Raw sockets, because a server framework would cost more than the client under test.

import type { Socket, TCPSocketListener } from "bun";
import type { Clock } from "../../clock/clock.ts";
import type { HttpTarget } from "../http/http_target.ts";
import { NullStream } from "./null_stream.ts";

export interface NullServerPlan {
  /**
   * at_once: the whole answer in one write.
   * round_robin: one event to each stream in turn, as fast as it goes.
   * paced: one event to each stream every gap_ns.
   */
  readonly pace: "at_once" | "round_robin" | "paced";
  readonly gap_ns: number;
  /** Nothing is answered before this many streams are open at the same time. */
  readonly hold_until_streams: number;
}

export const ANSWER_AT_ONCE: NullServerPlan = { pace: "at_once", gap_ns: 0, hold_until_streams: 0 };

export class NullServer {
  readonly #plan: NullServerPlan;
  readonly #clock: Clock;
  readonly #listener: TCPSocketListener<NullStream>;
  readonly #open = new Set<NullStream>();
  #released: boolean;
  #peak_streams = 0;
  #rounds_run = false;

  /** Listens on loopback, on a port that the kernel chooses. */
  constructor(plan: NullServerPlan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
    this.#released = plan.hold_until_streams === 0;
    this.#listener = Bun.listen<NullStream>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => this.#accept(socket),
        data: (socket, bytes) => socket.data.received(bytes),
        drain: (socket) => socket.data.flush(),
        close: (socket) => void this.#open.delete(socket.data),
      },
    });
  }

  get target(): HttpTarget {
    return { host: "127.0.0.1", port: this.#listener.port, base_path: "" };
  }

  /** Most streams that were open, unanswered, at one time. */
  get peak_streams(): number {
    return this.#peak_streams;
  }

  stop(): void {
    this.#open.clear();
    this.#listener.stop(true);
  }

  #accept(socket: Socket<NullStream>): void {
    socket.data = new NullStream(socket, (stream) => this.#asked(stream));
  }

  #asked(stream: NullStream): void {
    this.#open.add(stream);
    this.#peak_streams = Math.max(this.#peak_streams, this.#open.size);
    if (!this.#released && this.#open.size < this.#plan.hold_until_streams) return;
    const held = this.#released ? [stream] : [...this.#open];
    this.#released = true;
    if (this.#plan.pace === "at_once") for (const each of held) this.#answerWhole(each);
    else void this.#runRounds();
  }

  #answerWhole(stream: NullStream): void {
    this.#open.delete(stream);
    stream.answerWhole();
  }

  async #runRounds(): Promise<void> {
    if (this.#rounds_run) return;
    this.#rounds_run = true;
    let next_ns = this.#clock.now_ns();
    while (this.#open.size > 0) {
      for (const stream of this.#open) if (stream.writeNext()) this.#open.delete(stream);
      next_ns += this.#plan.gap_ns;
      if (this.#plan.pace === "paced") await this.#clock.sleepUntil(next_ns);
      else await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#rounds_run = false;
  }
}
