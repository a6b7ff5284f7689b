// What a person sees while a run goes on: one status line that is rewritten on a terminal, or a line every few seconds in a log.
// Goes to stderr, so that `--json` keeps stdout clean.

import type { Clock } from "../clock/clock.ts";
import { NS_PER_S } from "../domain/units.ts";

const LOG_INTERVAL_NS = 2 * NS_PER_S;

export class Progress {
  readonly #clock: Clock;
  readonly #is_terminal: boolean;
  readonly #start_ns: number;
  #stage = "";
  #last_logged_ns = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, is_terminal: boolean) {
    this.#clock = clock;
    this.#is_terminal = is_terminal;
    this.#start_ns = clock.now_ns();
  }

  /** A new stage is always shown. */
  stage(text: string): void {
    this.#stage = text;
    this.#last_logged_ns = Number.NEGATIVE_INFINITY;
    this.update("");
  }

  /** Detail of the current stage; rate-limited where lines are kept. */
  update(detail: string): void {
    const line = `[${this.#elapsed()}] ${this.#stage}${detail === "" ? "" : `: ${detail}`}`;
    if (this.#is_terminal) {
      process.stderr.write(`\r\x1b[2K${line}`);
      return;
    }
    const now_ns = this.#clock.now_ns();
    if (now_ns - this.#last_logged_ns < LOG_INTERVAL_NS) return;
    this.#last_logged_ns = now_ns;
    process.stderr.write(`${line}\n`);
  }

  /** A line that stays. */
  note(text: string): void {
    process.stderr.write(this.#is_terminal ? `\r\x1b[2K${text}\n` : `${text}\n`);
  }

  /** Leaves the terminal on a fresh line. */
  end(): void {
    if (this.#is_terminal) process.stderr.write("\r\x1b[2K");
  }

  #elapsed(): string {
    return `${((this.#clock.now_ns() - this.#start_ns) / NS_PER_S).toFixed(1).padStart(5)} s`;
  }
}
