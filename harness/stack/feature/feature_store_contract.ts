// What every FeatureStore does, whatever backend is below: the tests that SpecForge's store has (spec:
// specforge_feature_store.md, "T"), by what they show. A suite calls this with a way to open a fresh, empty backend.

import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import { present } from "../../domain/assert.ts";
import type { FeatureBackend } from "./feature_backend.ts";
import { FeatureLocalBackend } from "./feature_local_backend.ts";
import { type FeatureHandle, NO_SAMPLE_METADATA, type SampleRef } from "./feature_ref.ts";
import { FeatureStore } from "./feature_store.ts";
import type { FeaturePut } from "./feature_store_calls.ts";
import {
  codeOf,
  FaultyFeatureBackend,
  JumpingClock,
  SAMPLE_BYTES,
  twoTensors,
  unwrapFeature,
} from "./feature_store_fixture.ts";
import { FEATURE_STORE_DEFAULTS, type FeatureStoreOptions } from "./feature_store_options.ts";

export interface FeatureBackendUnderTest extends AsyncDisposable {
  readonly backend: FeatureBackend;
}

type Rules = Partial<Omit<FeatureStoreOptions, "store_id" | "backend" | "clock">>;

export class StoreBed implements AsyncDisposable {
  readonly #opened: FeatureBackendUnderTest;
  readonly backend: FaultyFeatureBackend;
  readonly clock: JumpingClock = new JumpingClock();
  readonly store: FeatureStore;

  constructor(opened: FeatureBackendUnderTest, rules: Rules) {
    this.#opened = opened;
    this.backend = new FaultyFeatureBackend(opened.backend);
    this.store = this.openAnother(rules);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#opened[Symbol.asyncDispose]();
  }

  /** As another process would, over the same backend. */
  openAnother(rules: Rules = {}): FeatureStore {
    const { backend, clock } = this;
    const options = { ...FEATURE_STORE_DEFAULTS, ...rules, store_id: "run", backend, clock };
    return unwrapFeature(FeatureStore.open(options, rules.required_token ?? null));
  }

  async put(sample_id: string, seed = 1): Promise<SampleRef> {
    return unwrapFeature(await this.store.put(twoTensors(seed), asPut(sample_id)));
  }
}

export function asPut(sample_id: string, token: string | null = null): FeaturePut {
  return { sample_id, metadata: NO_SAMPLE_METADATA, token };
}

export function describeFeatureStore(name: string, open: () => Promise<FeatureBackendUnderTest>): void {
  const bed = async (rules: Rules = {}): Promise<StoreBed> => new StoreBed(await open(), rules);

  test(`${name}: a roundtrip is bit exact, with shape and dtype from the ref, as in the caller's tensors`, async () => {
    await using it = await bed();
    const ref = JSON.parse(JSON.stringify(await it.put("s0"))) as SampleRef; // a ref travels as JSON
    expect(ref.estimated_bytes).toBe(SAMPLE_BYTES);
    expect(unwrapFeature(await it.store.get(ref)).tensors).toEqual(twoTensors(1));
    const some = await it.store.get(ref, { names: ["hidden"], into: new Map(), token: null });
    expect([...unwrapFeature(some).tensors.keys()]).toEqual(["hidden"]);
    expect(it.backend.put_keys).toEqual(["run/s0/g1/input_ids", "run/s0/g1/hidden"]);
  });

  test(`${name}: what is fetched is a clone: neither it nor the producer's tensors are tied to the store`, async () => {
    await using it = await bed();
    const tensors = twoTensors(1);
    const ref = unwrapFeature(await it.store.put(tensors, asPut("s0")));
    for (const { data } of tensors.values()) if (data instanceof Uint8Array) data.fill(0);
    const first = unwrapFeature(await it.store.get(ref));
    expect(first.tensors).toEqual(twoTensors(1));
    for (const { data } of first.tensors.values()) if (data instanceof Uint8Array) data.fill(255);
    expect(unwrapFeature(await it.store.get(ref)).tensors).toEqual(twoTensors(1));
  });

  test(`${name}: get after release is an error, and the bytes are gone`, async () => {
    await using it = await bed();
    const ref = await it.put("s0");
    const { handle } = unwrapFeature(await it.store.get(ref));
    expect(unwrapFeature(await it.store.release(handle))).toBe("freed");
    expect(codeOf(await it.store.get(ref))).toBe("freed");
    unwrapFeature(await it.store.drain());
    expect(codeOf(await it.openAnother().get(ref))).toBe("not_found");
  });

  test(`${name}: get after release is an error although the remote bytes linger`, async () => {
    await using it = await bed();
    const ref = await it.put("s0");
    const { handle } = unwrapFeature(await it.store.get(ref));
    it.backend.removal = "leased";
    await it.store.release(handle);
    expect(codeOf(await it.store.get(ref))).toBe("freed");
    expect(await it.backend.exists("run/s0/g1/hidden")).toBe(true);
  });

  test(`${name}: abort frees whatever leases are out, also between a get's copy and its end`, async () => {
    await using it = await bed();
    const ref = await it.put("s0");
    const { handle } = unwrapFeature(await it.store.get(ref));
    expect(await it.store.abort("s0")).toBe(true);
    expect(await it.store.abort("s0")).toBe(false);
    expect(codeOf(await it.store.get(ref))).toBe("freed");
    expect(unwrapFeature(await it.store.release(handle))).toBe("stale");
    const next = await it.put("s1");
    it.backend.on_copied = () => it.store.abort("s1");
    expect(codeOf(await it.store.get(next))).toBe("freed");
    expect(it.store.health()).toMatchObject({ resident_samples: 0, active_leases: 0 });
  });

  test(`${name}: after a re-put the old generation is stale, and its release frees nothing`, async () => {
    await using it = await bed();
    const old_ref = await it.put("s0", 1);
    const { handle } = unwrapFeature(await it.store.get(old_ref));
    const ref = await it.put("s0", 2);
    expect(ref.metadata.generation).toBe(2);
    expect(codeOf(await it.store.get(old_ref))).toBe("stale_generation");
    expect(unwrapFeature(await it.store.release(handle))).toBe("stale");
    expect(unwrapFeature(await it.store.get(ref)).tensors).toEqual(twoTensors(2));
  });

  test(`${name}: the last lease consumes the sample, once`, async () => {
    await using it = await bed();
    const ref = await it.put("s0");
    const first = unwrapFeature(await it.store.get(ref));
    const second = unwrapFeature(await it.store.get(ref));
    expect(unwrapFeature(await it.store.release(first.handle))).toBe("kept");
    expect(codeOf(await it.store.release(first.handle))).toBe("not_ours");
    expect(unwrapFeature(await it.store.release(second.handle))).toBe("freed");
    expect(unwrapFeature(await it.store.release(second.handle))).toBe("stale");
  });

  test(`${name}: with retain_on_release only abort and gc free`, async () => {
    await using it = await bed({ retain_on_release: true, max_hold_age_ms: 10 });
    const ref = await it.put("s0");
    const { handle } = unwrapFeature(await it.store.get(ref));
    expect(unwrapFeature(await it.store.release(handle))).toBe("kept");
    const again = unwrapFeature(await it.store.get(ref));
    expect(again.tensors).toEqual(twoTensors(1));
    await it.store.release(again.handle);
    await it.put("s1");
    expect(await it.store.abort("s1")).toBe(true);
    it.clock.advance(11);
    expect((await it.store.gc()).force_freed).toBe(1);
    expect(codeOf(await it.store.get(ref))).toBe("freed");
  });

  test(`${name}: a missing or another token is refused at open, put and get`, async () => {
    await using it = await bed({ required_token: "secret" });
    const put = (token: string | null) => it.store.put(twoTensors(1), asPut("s0", token));
    expect([codeOf(await put(null)), codeOf(await put("secreT"))]).toEqual(["auth", "auth"]);
    const ref = unwrapFeature(await put("secret"));
    expect(codeOf(await it.store.get(ref))).toBe("auth");
    const get = { names: null, into: new Map(), token: "secret" };
    expect(codeOf(await it.store.get(ref, get))).toBe("ok");
    const { backend, clock } = it;
    const options = { ...FEATURE_STORE_DEFAULTS, store_id: "run", backend, clock, required_token: "secret" };
    expect(codeOf(FeatureStore.open(options, "guess"))).toBe("auth");
  });

  test(`${name}: a put over max_resident_bytes is refused before it is written, until the consumer catches up`, async () => {
    await using it = await bed({ max_resident_bytes: 2 * SAMPLE_BYTES + 1 });
    const ref = await it.put("s0");
    await it.put("s1");
    expect(codeOf(await it.store.put(twoTensors(1), asPut("s2")))).toBe("over_budget");
    expect(it.backend.put_keys).toHaveLength(4); // two samples of two tensors
    it.backend.removal = "failed";
    const { handle } = unwrapFeature(await it.store.get(ref));
    await it.store.release(handle);
    expect(codeOf(await it.store.put(twoTensors(1), asPut("s2")))).toBe("over_budget"); // its bytes are still there
    unwrapFeature(await it.store.drain());
    expect(codeOf(await it.store.put(twoTensors(1), asPut("s2")))).toBe("ok");
  });

  test(`${name}: gc frees what is older than max_hold_age and spares what is leased`, async () => {
    await using it = await bed({ max_hold_age_ms: 100 });
    await it.put("old");
    const leased = await it.put("leased");
    const { handle } = unwrapFeature(await it.store.get(leased));
    it.clock.advance(101);
    await it.put("young");
    expect(it.store.health()).toMatchObject({ resident_samples: 3, oldest_age_s: 0.101 });
    expect(await it.store.gc()).toEqual({
      force_freed: 1,
      force_freed_bytes: SAMPLE_BYTES,
      release_pending: 0,
    });
    expect(it.store.health()).toMatchObject({ resident_samples: 2, active_leases: 1, force_freed_total: 1 });
    expect(unwrapFeature(await it.store.release(handle))).toBe("freed");
  });

  test(`${name}: a removal that fails stays pending; gc retries it and then leaves it to drain`, async () => {
    await using it = await bed({ max_release_attempts: 2 });
    await it.put("s0");
    it.backend.removal = "failed";
    await it.store.abort("s0");
    expect(it.store.health()).toMatchObject({ release_pending: 2, resident_bytes: SAMPLE_BYTES });
    expect(it.backend.probes).toEqual([]); // a question would grant a lease
    expect((await it.store.gc()).release_pending).toBe(2);
    expect(it.backend.probes).toHaveLength(2); // the last attempt
    await it.store.gc();
    expect(it.backend.removals).toHaveLength(4); // 2 objects × 2 attempts
    unwrapFeature(await it.store.drain("other"));
    expect(it.store.health().release_pending).toBe(2);
    unwrapFeature(await it.store.drain("s0"));
    expect(it.store.health()).toMatchObject({ release_pending: 0, resident_bytes: 0 });
  });

  test(`${name}: removals that a lease puts off are retried by gc for as long as it lasts`, async () => {
    await using it = await bed({ max_release_attempts: 2 });
    await it.put("s0");
    it.backend.removal = "leased";
    await it.store.abort("s0");
    for (let i = 0; i < 3; i++) expect((await it.store.gc()).release_pending).toBe(2);
    it.backend.removal = "real";
    expect((await it.store.gc()).release_pending).toBe(0);
    expect(it.backend.probes).toEqual([]);
  });

  test(`${name}: a drain that cannot remove everything says what is left, after 8 attempts 0.25 s apart`, async () => {
    await using it = await bed();
    await it.put("s0");
    it.backend.removal = "failed";
    it.backend.forced_removal = "failed";
    await it.store.abort("s0");
    const drained = await it.store.drain();
    expect(drained.ok ? "" : drained.error.detail).toBe(
      "could not drain 2 pending removal(s) after 8 attempts: [run/s0/g1/input_ids, run/s0/g1/hidden]",
    );
    expect(it.clock.now_ns()).toBe(7 * 250e6);
    it.backend.forced_removal = "real";
    unwrapFeature(await it.store.drain());
  });

  test(`${name}: another process reads by ref, and its last release frees the bytes for everyone`, async () => {
    await using it = await bed();
    const ref = await it.put("s0");
    const consumer = it.openAnother();
    unwrapFeature(consumer.adopt(ref));
    expect(consumer.health()).toMatchObject({ resident_samples: 1, resident_bytes: SAMPLE_BYTES });
    const fetched = unwrapFeature(await consumer.get(ref));
    expect(fetched.tensors).toEqual(twoTensors(1));
    expect(unwrapFeature(await consumer.release(fetched.handle))).toBe("freed");
    unwrapFeature(await consumer.drain());
    expect(codeOf(await it.store.get(ref))).toBe("not_found");
    expect(codeOf(consumer.adopt({ ...ref, feature_store_uri: "local://other/s0" }))).toBe("not_ours");
  });

  test(`${name}: the only reader frees at once, and the producer forgets the sample without asking the store`, async () => {
    await using it = await bed({ max_resident_bytes: SAMPLE_BYTES });
    const ref = await it.put("s0");
    const consumer = it.openAnother();
    const { handle } = unwrapFeature(await consumer.get(ref));
    expect(unwrapFeature(await consumer.release(handle, true))).toBe("freed");
    expect(consumer.health().release_pending).toBe(0);
    expect(codeOf(await it.store.put(twoTensors(1), asPut("s1")))).toBe("over_budget"); // not heard of it yet
    const { length } = it.backend.removals;
    expect([it.store.forget("s0"), it.store.forget("s0")]).toEqual([true, false]);
    expect(it.backend.removals).toHaveLength(length);
    expect(codeOf(await it.store.get(ref))).toBe("freed");
    expect(codeOf(await it.store.put(twoTensors(1), asPut("s1")))).toBe("ok");
  });

  test(`${name}: any sequence of calls ends as it does over the local backend`, async () => {
    await using it = await bed({ max_resident_bytes: 3 * SAMPLE_BYTES });
    const backend = new FeatureLocalBackend();
    const local = { backend, [Symbol.asyncDispose]: () => Promise.resolve() };
    await using reference = new StoreBed(local, { max_resident_bytes: 3 * SAMPLE_BYTES });
    expect(await playCalls(it, 7)).toEqual(await playCalls(reference, 7));
  });

  test(`${name}: an object of another size than the ref says is a short read`, async () => {
    await using it = await bed();
    const ref = await it.put("s0");
    const longer = ref.feature_specs.map((spec) => (spec.name === "hidden" ? { ...spec, shape: [6] } : spec));
    expect(codeOf(await it.store.get({ ...ref, feature_specs: longer }))).toBe("short_read"); // 12 bytes, 10 are there
    expect(it.store.health().active_leases).toBe(0);
  });

  test(`${name}: nothing, tensors that are not their shape, and names that lead elsewhere are refused`, async () => {
    await using it = await bed();
    expect(codeOf(await it.store.put(new Map(), asPut("s0")))).toBe("empty_put");
    const [tensor] = twoTensors(1).values();
    const good = present(tensor, "a sample has a tensor");
    for (const bad of [
      { ...good, shape: [2, 2] },
      { ...good, shape: [0, 3] },
    ]) {
      expect(codeOf(await it.store.put(new Map([["x", bad]]), asPut("s0")))).toBe("invalid_sample");
    }
    for (const sample_id of ["../../up", "a/b", ""]) {
      expect(codeOf(await it.store.put(twoTensors(1), asPut(sample_id)))).toBe("invalid_sample");
    }
    expect(it.backend.put_keys).toEqual([]);
  });
}

/** What 80 random calls on three samples came to, one line a call. Removals that a store puts off are drained after each. */
async function playCalls({ store }: StoreBed, seed: number): Promise<string[]> {
  const random = new Random(seed);
  const refs: SampleRef[] = [];
  const handles: FeatureHandle[] = [];
  const ends: string[] = [];
  for (let step = 0; step < 80; step++) {
    const [call, ref, handle] = [random.below(4), pick(random, refs), pick(random, handles)];
    if (call === 0) {
      const put = await store.put(twoTensors(step), asPut(`s${random.below(3)}`));
      if (put.ok) refs.push(put.value);
      ends.push(`put ${codeOf(put)}`);
    } else if (call === 1 && ref !== undefined) {
      const got = await store.get(ref);
      if (got.ok) handles.push(got.value.handle);
      ends.push(`get ${codeOf(got)} ${got.ok ? JSON.stringify([...got.value.tensors]) : ""}`);
    } else if (call === 2 && handle !== undefined) {
      const released = await store.release(handle);
      ends.push(`release ${released.ok ? released.value : released.error.code}`);
    } else if (ref !== undefined && random.below(4) === 0) {
      ends.push(`abort ${await store.abort(ref.sample_id)}`);
    }
    unwrapFeature(await store.drain());
    const { resident_samples, active_leases, resident_bytes } = store.health();
    ends.push(`${resident_samples} ${active_leases} ${resident_bytes}`);
  }
  return ends;
}

function pick<T>(random: Random, items: readonly T[]): T | undefined {
  return items[random.below(items.length + 1)];
}
