// Objects that were worth a promotion when there was no room for one: tried again a few times, later each time, for a minute at most.
// Source of the numbers: spec mooncake_store.md §6.4.

import { msToNs } from "../../domain/units.ts";
import type { Row } from "./object_row.ts";

interface Candidate {
  /** Of the object: a row that has another one by now is forgotten. */
  readonly sequence: number;
  readonly expires_ns: number;
  tries_left: number;
  next_ns: number;
  wait_ms: number;
}

const CANDIDATES = 50_000;
const TRIES = 8;
const TTL_MS = 60_000;
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 1_000;
/** Looked at in one tick. */
const LOOKS_PER_TICK = 256;

export class PromotionRetries {
  readonly #candidates = new Map<Row, Candidate>();

  get size(): number {
    return this.#candidates.size;
  }

  /** A row that waits already goes on waiting; beyond the limit it is not kept. */
  add(row: Row, sequence: number, now_ns: number): void {
    if (this.#candidates.get(row)?.sequence === sequence) return;
    if (this.#candidates.size >= CANDIDATES) return;
    const times = { expires_ns: now_ns + msToNs(TTL_MS), next_ns: now_ns + msToNs(FIRST_WAIT_MS) };
    this.#candidates.set(row, { sequence, ...times, tries_left: TRIES, wait_ms: FIRST_WAIT_MS });
  }

  /** Calls `attempt` for what is due; true: it need not be tried again. */
  tick(now_ns: number, attempt: (row: Row, sequence: number) => boolean): void {
    let looks_left = Math.min(LOOKS_PER_TICK, this.#candidates.size);
    for (const [row, candidate] of this.#candidates) {
      if (looks_left-- === 0) return;
      this.#candidates.delete(row); // Back at the end if it stays, so that every one has its turn.
      if (candidate.expires_ns <= now_ns) continue;
      const is_due = candidate.next_ns <= now_ns;
      if (is_due && attempt(row, candidate.sequence)) continue;
      if (is_due && !putOff(candidate, now_ns)) continue;
      this.#candidates.set(row, candidate);
    }
  }
}

/** False: it has had its tries. */
function putOff(candidate: Candidate, now_ns: number): boolean {
  candidate.tries_left--;
  candidate.wait_ms = Math.min(LONGEST_WAIT_MS, 2 * candidate.wait_ms);
  candidate.next_ns = now_ns + msToNs(candidate.wait_ms);
  return candidate.tries_left > 0;
}
