// Doubles for tests of the FeatureStore: a clock that jumps where it would sleep, and a backend that fails on demand.

import type { Clock } from "../../clock/clock.ts";
import { assert } from "../../domain/assert.ts";
import type { Result } from "../../domain/result.ts";
import { msToNs } from "../../domain/units.ts";
import type { FeatureBackend, FeatureRemoval, FeatureTransfer } from "./feature_backend.ts";
import type { FeatureError } from "./feature_error.ts";
import type { FeatureTensor } from "./feature_tensor.ts";

export class JumpingClock implements Clock {
  #now_ns = 0;

  now_ns(): number {
    return this.#now_ns;
  }

  sleepUntil(deadline_ns: number): Promise<void> {
    this.#now_ns = Math.max(this.#now_ns, deadline_ns);
    return Promise.resolve();
  }

  wallTime(): string {
    return new Date(this.#now_ns / 1e6).toISOString();
  }

  advance(ms: number): void {
    this.#now_ns += msToNs(ms);
  }
}

/** Passes everything on to a real backend, except what it is told to fail. */
export class FaultyFeatureBackend implements FeatureBackend {
  readonly #inner: FeatureBackend;
  /** How removals end that do not reach the backend. */
  removal: "real" | "leased" | "failed" = "real";
  /** As removal, when it is forced. */
  forced_removal: "real" | "failed" = "real";
  /** Ends of removals that were tried, `<key> <force>`. */
  readonly removals: string[] = [];
  readonly probes: string[] = [];
  /** Keys that were put. */
  readonly put_keys: string[] = [];
  /** Called when the next get has been copied. */
  on_copied: () => Promise<unknown> = () => Promise.resolve();

  constructor(inner: FeatureBackend) {
    this.#inner = inner;
  }

  get kind(): FeatureBackend["kind"] {
    return this.#inner.kind;
  }

  get hard_pin(): boolean {
    return this.#inner.hard_pin;
  }

  put(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>> {
    this.put_keys.push(...transfers.map(({ key }) => key));
    return this.#inner.put(transfers);
  }

  async get(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>> {
    const copied = await this.#inner.get(transfers);
    await this.on_copied();
    return copied;
  }

  remove(key: string, force: boolean): Promise<FeatureRemoval> {
    this.removals.push(`${key} ${force}`);
    const fault = force ? this.forced_removal : this.removal;
    return fault === "real" ? this.#inner.remove(key, force) : Promise.resolve(fault);
  }

  exists(key: string): Promise<boolean | null> {
    this.probes.push(key);
    return this.#inner.exists(key);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** Every byte differs from its neighbours and from another seed's. */
export function patternBytes(bytes: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + seed * 17) % 251);
}

/** Two tensors of different sizes: 24 bytes of int32 [2, 3] and 10 of float16 [5]. */
export function twoTensors(seed: number): Map<string, FeatureTensor> {
  return new Map<string, FeatureTensor>([
    ["input_ids", { dtype: "int32", shape: [2, 3], data: patternBytes(24, seed) }],
    ["hidden", { dtype: "float16", shape: [5], data: patternBytes(10, seed + 1) }],
  ]);
}

/** Of twoTensors. */
export const SAMPLE_BYTES = 34;

export function unwrapFeature<T>(result: Result<T, FeatureError>): T {
  assert(result.ok, result.ok ? "" : `${result.error.code}: ${result.error.detail}`);
  return result.value;
}

/** The error's code; "ok" when there is none. */
export function codeOf(result: Result<unknown, FeatureError>): string {
  return result.ok ? "ok" : result.error.code;
}
