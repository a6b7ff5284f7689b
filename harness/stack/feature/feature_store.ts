// Samples of feature tensors between producers and consumers, over any FeatureBackend (spec: specforge_feature_store.md).
// A producer puts a sample and sends its ref; a consumer gets it (copies, under a lease) and releases it, and the last
// lease of the current generation frees it. Each process has a FeatureStore of its own over the shared backend: leases and
// tombstones are this process's, objects are everyone's. One process puts under one store_id, and only once.

import { createHash, timingSafeEqual } from "node:crypto";
import { err, ok, type Result } from "../../domain/result.ts";
import { msToNs } from "../../domain/units.ts";
import { destinationsOf } from "./feature_destinations.ts";
import { type FeatureError, featureError } from "./feature_error.ts";
import { type FeatureHealth, featureHealth } from "./feature_health.ts";
import { endedObjects, featureKey, featureUri, sampleProblem, sampleRef } from "./feature_keys.ts";
import { FeatureLedger } from "./feature_ledger.ts";
import type { FeatureHandle, SampleRef } from "./feature_ref.ts";
import { FeatureRemovals } from "./feature_removals.ts";
import type {
  FeatureGc,
  FeatureGet,
  FeaturePut,
  FeatureReleased,
  FeatureTensors,
  FetchedSample,
} from "./feature_store_calls.ts";
import type { FeatureStoreOptions } from "./feature_store_options.ts";
import { dataBytes } from "./feature_tensor.ts";

const GET_ALL: FeatureGet = { names: null, into: new Map(), token: null };

export class FeatureStore {
  readonly #options: FeatureStoreOptions;
  readonly #ledger = new FeatureLedger();
  readonly #removals: FeatureRemovals;
  /** Of puts under way. */
  #reserved_bytes = 0;
  #force_freed_total = 0;

  /** `token` is what the caller has; it must be the required one. The backend stays the caller's. */
  static open(options: FeatureStoreOptions, token: string | null): Result<FeatureStore, FeatureError> {
    const store = new FeatureStore(options);
    const refused = store.#authProblem(token);
    return refused === null ? ok(store) : err(refused);
  }

  private constructor(options: FeatureStoreOptions) {
    this.#options = options;
    this.#removals = new FeatureRemovals(options);
  }

  /** A sample becomes visible when all of its tensors are stored; an earlier generation of it ends then. */
  async put(
    tensors: FeatureTensors,
    { sample_id, metadata, token }: FeaturePut,
  ): Promise<Result<SampleRef, FeatureError>> {
    const refused = this.#authProblem(token) ?? sampleProblem(sample_id, tensors);
    if (refused !== null) return err(refused);
    const bytes = this.estimateBytes(tensors);
    const { store_id, backend, clock, max_resident_bytes } = this.#options;
    const occupied = this.#ledger.resident_bytes + this.#removals.bytes + this.#reserved_bytes;
    if (max_resident_bytes !== null && occupied + bytes > max_resident_bytes) {
      const detail = `feature store ${store_id} over budget (${max_resident_bytes} bytes): consumer is behind`;
      return featureError("over_budget", detail);
    }
    const generation = this.#ledger.nextGeneration();
    const ref = sampleRef(backend.kind, store_id, sample_id, generation, tensors, metadata);
    this.#reserved_bytes += bytes;
    const stored = await backend.put(
      [...tensors].map(([name, { data }]) => ({
        key: featureKey(store_id, sample_id, generation, name),
        data,
      })),
    );
    this.#reserved_bytes -= bytes;
    const standing = this.#ledger.standing(sample_id, generation);
    if (!stored.ok || standing !== "unknown") {
      await this.#removals.remove(endedObjects(store_id, ref));
      if (!stored.ok) return stored;
      return featureError("stale_generation", `${ref.feature_store_uri}: a later put was done first`);
    }
    const replaced = this.#ledger.add(ref, clock.now_ns());
    if (replaced !== null) await this.#removals.remove(endedObjects(store_id, replaced.ref));
    return ok(ref);
  }

  /** Takes on a sample that another process has put: from now on its age, its bytes and its release count here. */
  adopt(ref: SampleRef): Result<void, FeatureError> {
    const problem = this.#refProblem(ref);
    if (problem !== null) return err(problem);
    const { sample_id, metadata } = ref;
    if (this.#ledger.standing(sample_id, metadata.generation) === "unknown") {
      // The producer's put has ended the earlier generation in the store.
      this.#ledger.add(ref, this.#options.clock.now_ns());
    }
    return ok(undefined);
  }

  /** Another process has freed the sample: its age and its bytes end here, and nothing is removed. False when it is not here. */
  forget(sample_id: string): boolean {
    return this.#ledger.end(sample_id) !== null;
  }

  /** Copies tensors out under a lease, which release ends. A ref that is new here is adopted. */
  async get(ref: SampleRef, get: FeatureGet = GET_ALL): Promise<Result<FetchedSample, FeatureError>> {
    const refused = this.#authProblem(get.token);
    if (refused !== null) return err(refused);
    const destinations = destinationsOf(ref, get);
    if (!destinations.ok) return destinations;
    const tensors = destinations.value;
    const adopted = this.adopt(ref);
    if (!adopted.ok) return adopted;
    const { sample_id, metadata } = ref;
    const handle = this.#ledger.lease(sample_id);
    const key = (name: string): string =>
      featureKey(this.#options.store_id, sample_id, metadata.generation, name);
    const copied = await this.#options.backend.get(
      [...tensors].map(([name, { data }]) => ({ key: key(name), data })),
    );
    // The sample may have been aborted or replaced meanwhile: then what was copied may be anything.
    const problem = this.#refProblem(ref);
    if (copied.ok) {
      if (problem === null) return ok({ tensors, handle });
      return err(problem);
    }
    this.#ledger.unlease(handle);
    return err(problem ?? copied.error);
  }

  /** `force`: the caller knows that no other process reads the sample, so a lease that the store grants a read is of no use. */
  async release(handle: FeatureHandle, force = false): Promise<Result<FeatureReleased, FeatureError>> {
    if (this.#ledger.standing(handle.sample_id, handle.generation) !== "current") return ok("stale");
    const left = this.#ledger.unlease(handle);
    if (left === null) return featureError("not_ours", `lease ${handle.lease_token} of ${handle.sample_id}`);
    if (left > 0 || this.#options.retain_on_release) return ok("kept");
    await this.#free(handle.sample_id, force);
    return ok("freed");
  }

  /** Frees a sample whatever leases are out; false when there is none. */
  abort(sample_id: string): Promise<boolean> {
    return this.#free(sample_id);
  }

  async gc(): Promise<FeatureGc> {
    await this.#removals.retry();
    const { clock, max_hold_age_ms } = this.#options;
    const overdue =
      max_hold_age_ms === null ? [] : this.#ledger.overdue(clock.now_ns(), msToNs(max_hold_age_ms));
    await Promise.all(overdue.map(({ sample_id }) => this.#free(sample_id)));
    this.#force_freed_total += overdue.length;
    return {
      force_freed: overdue.length,
      force_freed_bytes: overdue.reduce((sum, { estimated_bytes }) => sum + estimated_bytes, 0),
      release_pending: this.#removals.count,
    };
  }

  /** Ends pending removals by force, of one sample or of all; an error when some cannot be. */
  drain(sample_id: string | null = null): Promise<Result<void, FeatureError>> {
    return this.#removals.drain(sample_id);
  }

  estimateBytes(tensors: FeatureTensors): number {
    return [...tensors.values()].reduce((sum, { data }) => sum + dataBytes(data), 0);
  }

  health(): FeatureHealth {
    return featureHealth(this.#options, this.#ledger, this.#removals, this.#force_freed_total);
  }

  async #free(sample_id: string, force = false): Promise<boolean> {
    const ended = this.#ledger.end(sample_id);
    if (ended === null) return false;
    await this.#removals.remove(endedObjects(this.#options.store_id, ended.ref), force);
    return true;
  }

  /** Why a ref cannot be used; null when it is current or new. */
  #refProblem({ sample_id, metadata, feature_store_uri }: SampleRef): FeatureError | null {
    const { store_id, backend } = this.#options;
    if (feature_store_uri !== featureUri(backend.kind, store_id, sample_id)) {
      return { code: "not_ours", detail: `${feature_store_uri} is not of ${backend.kind}://${store_id}` };
    }
    const standing = this.#ledger.standing(sample_id, metadata.generation);
    if (standing === "current" || standing === "unknown") return null;
    return { code: standing, detail: `${feature_store_uri} generation ${metadata.generation}` };
  }

  #authProblem(token: string | null): FeatureError | null {
    const { required_token } = this.#options;
    if (required_token === null || (token !== null && isSame(token, required_token))) return null;
    return { code: "auth", detail: "feature store: auth required and token missing/mismatched" };
  }
}

/** In a time that tells nothing of where two tokens differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
