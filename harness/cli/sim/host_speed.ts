// How fast this host computes and reads memory at the moment. On a shared machine both vary by half from one hour to the next, and
// the simulator's cost with them, so sim-bench tells them beside it.

import type { Clock } from "../../clock/clock.ts";

export interface HostSpeed {
  /** One multiply, shift and xor that wait for those before them. */
  readonly mix_ns: number;
  /** One read that waits for the one before it, anywhere in 128 MiB. */
  readonly read_ns: number;
}

const MIXES = 20_000_000;
const READS = 2_000_000;
/** A power of two, four bytes each. */
const ENTRIES: number = 2 ** 25;

/** Takes about half a second, and 128 MiB meanwhile. */
export function measureHostSpeed(clock: Clock): HostSpeed {
  const chain = readChain(ENTRIES);
  const mix_ns = timed(clock, () => mix(MIXES)) / MIXES;
  const read_ns = timed(clock, () => follow(chain, READS)) / READS;
  return { mix_ns, read_ns };
}

/**
 * Each entry names the next, in one cycle through all and in no order that a prefetcher sees: i ↦ a i + c modulo a power of two
 * is one cycle when c is odd and a − 1 a multiple of 4 (Hull and Dobell, 1962).
 */
export function readChain(entries: number): Int32Array {
  const chain = new Int32Array(entries);
  for (let i = 0; i < entries; i++) chain[i] = (Math.imul(i, 1_664_525) + 1_013_904_223) & (entries - 1);
  return chain;
}

/** Where `reads` steps from 0 lead. */
function follow(chain: Int32Array, reads: number): number {
  let at = 0;
  for (let i = 0; i < reads; i++) at = chain[at] as number;
  return at;
}

function mix(rounds: number): number {
  let value = 1;
  for (let i = 0; i < rounds; i++) {
    value = Math.imul(value, 0x9e3779b1);
    value ^= value >>> 15;
  }
  return value;
}

/** ns; the work's result is looked at, so that the work is done. */
function timed(clock: Clock, work: () => number): number {
  const started_ns = clock.now_ns();
  const result = work();
  const took_ns = clock.now_ns() - started_ns;
  return Number.isNaN(result) ? Number.NaN : took_ns;
}
