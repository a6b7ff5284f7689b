// Objects whose samples have ended and that the backend still has to give up. A removal may fail, or be put off because the
// store keeps a lease for a reader: then it stays here, its bytes still count, and gc tries again; drain ends it by force.
//
// Nothing is asked of a key before it is removed: in Mooncake's store a question grants a lease, and the lease refuses the
// removal. Only when the last attempt has failed is the key looked for, since it may be gone all the same.

import type { Clock } from "../../clock/clock.ts";
import { ok, type Result } from "../../domain/result.ts";
import { msToNs } from "../../domain/units.ts";
import type { FeatureBackend } from "./feature_backend.ts";
import { type FeatureError, featureError } from "./feature_error.ts";

export interface EndedObject {
  readonly sample_id: string;
  readonly key: string;
  readonly bytes: number;
}

interface Pending {
  readonly object: EndedObject;
  attempts: number;
}

export interface FeatureRemovalOptions {
  readonly backend: FeatureBackend;
  readonly clock: Clock;
  /** Failed attempts after which gc leaves an object to drain. A removal that a lease puts off is not counted. */
  readonly max_release_attempts: number;
}

const DRAIN_ATTEMPTS = 8;
const DRAIN_PAUSE_MS = 250;

export class FeatureRemovals {
  readonly #options: FeatureRemovalOptions;
  readonly #pending = new Map<string, Pending>();
  #bytes = 0;

  constructor(options: FeatureRemovalOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#pending.size;
  }

  /** Of objects that are still stored. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Removes objects now, with `force` even those that the store keeps for a reader; what does not go stays pending. */
  async remove(objects: readonly EndedObject[], force = false): Promise<void> {
    const added = objects.map((object) => ({ object, attempts: 0 }));
    for (const pending of added) {
      this.#pending.set(pending.object.key, pending);
      this.#bytes += pending.object.bytes;
    }
    await Promise.all(added.map((pending) => this.#attempt(pending, force)));
  }

  async retry(): Promise<void> {
    const { max_release_attempts } = this.#options;
    const due = [...this.#pending.values()].filter(({ attempts }) => attempts < max_release_attempts);
    await Promise.all(due.map((pending) => this.#attempt(pending, false)));
  }

  /** Removes everything that is pending (of one sample) by force, or says what could not be. */
  async drain(sample_id: string | null): Promise<Result<void, FeatureError>> {
    const { clock } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const left = this.#pendingOf(sample_id);
      const is_last = attempt === DRAIN_ATTEMPTS;
      await Promise.all(left.map((pending) => this.#force(pending, is_last)));
      const keys = this.#pendingOf(sample_id).map(({ object }) => object.key);
      if (keys.length === 0) return ok(undefined);
      if (is_last) {
        const detail = `could not drain ${keys.length} pending removal(s) after ${attempt} attempts: [${keys.join(", ")}]`;
        return featureError("drain_failed", detail);
      }
      await clock.sleepUntil(clock.now_ns() + msToNs(DRAIN_PAUSE_MS));
    }
  }

  #pendingOf(sample_id: string | null): readonly Pending[] {
    const all = [...this.#pending.values()];
    return sample_id === null ? all : all.filter(({ object }) => object.sample_id === sample_id);
  }

  async #attempt(pending: Pending, force: boolean): Promise<void> {
    const { backend, max_release_attempts } = this.#options;
    const { key } = pending.object;
    const end = await backend.remove(key, force);
    if (end === "failed") pending.attempts += 1;
    if (end === "removed") this.#settle(key);
    else if (end === "failed" && pending.attempts === max_release_attempts) await this.#probe(key);
  }

  async #force({ object: { key } }: Pending, is_last: boolean): Promise<void> {
    if ((await this.#options.backend.remove(key, true)) === "removed") this.#settle(key);
    else if (is_last) await this.#probe(key);
  }

  async #probe(key: string): Promise<void> {
    if ((await this.#options.backend.exists(key)) === false) this.#settle(key);
  }

  /** A retry and a drain may both have found it gone. */
  #settle(key: string): void {
    const pending = this.#pending.get(key);
    if (pending === undefined) return;
    this.#pending.delete(key);
    this.#bytes -= pending.object.bytes;
  }
}
