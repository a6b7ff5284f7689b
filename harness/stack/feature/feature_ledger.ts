// Which samples a FeatureStore holds: generations, leases, ages and bytes. Pure: no bytes, no clock, no backend.
//
// A generation ends once and for all: a use after that is refused here, in this process, whatever the backend still holds. What
// is kept of an ended sample is one number, its highest ended generation.

import { assert } from "../../domain/assert.ts";
import type { FeatureHandle, SampleRef } from "./feature_ref.ts";

export interface ResidentSample {
  readonly ref: SampleRef;
  readonly since_ns: number;
  /** Tokens of leases that are out. */
  readonly leases: Set<number>;
}

export type FeatureStanding = "current" | "unknown" | "freed" | "stale_generation";

export class FeatureLedger {
  readonly #samples = new Map<string, ResidentSample>();
  /** sample_id → its highest generation that has ended. */
  readonly #ended = new Map<string, number>();
  #generation = 0;
  #lease_token = 0;
  #resident_bytes = 0;
  #active_leases = 0;

  get resident_bytes(): number {
    return this.#resident_bytes;
  }

  get active_leases(): number {
    return this.#active_leases;
  }

  get samples(): ReadonlyMap<string, ResidentSample> {
    return this.#samples;
  }

  nextGeneration(): number {
    this.#generation += 1;
    return this.#generation;
  }

  /** unknown: no generation of the sample has been here, or only earlier ones, which another process may have replaced. */
  standing(sample_id: string, generation: number): FeatureStanding {
    const current = this.#samples.get(sample_id)?.ref.metadata.generation ?? 0;
    if (current === generation) return "current";
    if (current > generation) return "stale_generation";
    return generation <= (this.#ended.get(sample_id) ?? 0) ? "freed" : "unknown";
  }

  /** Takes in a generation that is not here yet; returns the one that it replaces. */
  add(ref: SampleRef, now_ns: number): ResidentSample | null {
    const { generation } = ref.metadata;
    assert(this.standing(ref.sample_id, generation) === "unknown", "a generation is taken in once");
    const replaced = this.end(ref.sample_id);
    this.#samples.set(ref.sample_id, { ref, since_ns: now_ns, leases: new Set() });
    this.#resident_bytes += ref.estimated_bytes;
    this.#generation = Math.max(this.#generation, generation);
    return replaced;
  }

  lease(sample_id: string): FeatureHandle {
    const sample = this.#samples.get(sample_id);
    assert(sample !== undefined, "a sample that is leased is here");
    this.#lease_token += 1;
    sample.leases.add(this.#lease_token);
    this.#active_leases += 1;
    return { sample_id, generation: sample.ref.metadata.generation, lease_token: this.#lease_token };
  }

  /** How many leases on the current generation are left; null when the handle is none of them. */
  unlease({ sample_id, lease_token }: FeatureHandle): number | null {
    const leases = this.#samples.get(sample_id)?.leases;
    if (leases?.delete(lease_token) !== true) return null;
    this.#active_leases -= 1;
    return leases.size;
  }

  /** Ends the current generation and its leases; null when there is none. */
  end(sample_id: string): ResidentSample | null {
    const sample = this.#samples.get(sample_id);
    if (sample === undefined) return null;
    this.#samples.delete(sample_id);
    this.#ended.set(sample_id, sample.ref.metadata.generation);
    this.#resident_bytes -= sample.ref.estimated_bytes;
    this.#active_leases -= sample.leases.size;
    return sample;
  }

  /** Unleased samples older than `max_age_ns`, oldest first. */
  overdue(now_ns: number, max_age_ns: number): readonly SampleRef[] {
    return [...this.#samples.values()]
      .filter(({ leases, since_ns }) => leases.size === 0 && now_ns - since_ns > max_age_ns)
      .map(({ ref }) => ref);
  }
}
