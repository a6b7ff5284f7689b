// The FeatureStore over every backend that runs here. The mooncake backend is FeatureStoreBackend over MooncakeStoreClient:
// feature_mooncake.test.ts has it on a stand-in library, harness/cli/feature_stream/feature_store_mooncake.test.ts on the real store.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import { KIB, MIB } from "../../domain/units.ts";
import type { StoreClient } from "../store_client.ts";
import { StoreFixture, type StoreRequester } from "../store_fixture.ts";
import { FeatureLocalBackend } from "./feature_local_backend.ts";
import { readRegionBytes, writeRegionBytes } from "./feature_region_bytes.ts";
import { FeatureSharedDirBackend } from "./feature_shared_dir_backend.ts";
import { FeatureStoreBackend } from "./feature_store_backend.ts";
import { asPut, describeFeatureStore, StoreBed } from "./feature_store_contract.ts";
import { patternBytes, unwrapFeature } from "./feature_store_fixture.ts";
import type { FeatureTensor } from "./feature_tensor.ts";

const STAGING_BYTES = 64 * KIB;

async function openStore(): Promise<{
  readonly fixture: StoreFixture;
  readonly requester: StoreRequester;
  readonly backend: FeatureStoreBackend;
}> {
  const fixture = new StoreFixture();
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  const requester = fixture.openClient("node0", STAGING_BYTES);
  const { client, memory } = requester;
  const backend = new FeatureStoreBackend({ kind: "store", client, staging: memory, replica_num: 1 });
  return { fixture, requester, backend };
}

describeFeatureStore("local", () =>
  Promise.resolve({ backend: new FeatureLocalBackend(), [Symbol.asyncDispose]: () => Promise.resolve() }),
);

describeFeatureStore("shared_dir", () => {
  const root = mkdtempSync(join(tmpdir(), "tierbench-features-"));
  return Promise.resolve({
    backend: new FeatureSharedDirBackend(root),
    [Symbol.asyncDispose]: () => Promise.resolve(rmSync(root, { recursive: true })),
  });
});

describeFeatureStore("store", async () => {
  const { fixture, backend } = await openStore();
  return { backend, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() };
});

test("store: tensors in registered memory are put from there and fetched to there, past the staging memory", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  const { client, memory } = fixture.openClient("node0", STAGING_BYTES);
  const backend = new FeatureStoreBackend({ kind: "store", client, staging: null, replica_num: 1 });
  await using it = new StoreBed({ backend, [Symbol.asyncDispose]: () => Promise.resolve() }, {});
  const source = { region: memory, offset: 128, bytes: 4096 };
  const target = { region: memory, offset: 8192, bytes: 4096 };
  writeRegionBytes(source, patternBytes(4096, 3));
  const tensor: FeatureTensor = { dtype: "float32", shape: [1024], data: source };
  const ref = unwrapFeature(await it.store.put(new Map([["hidden", tensor]]), asPut("s0")));
  const into = new Map([["hidden", target]]);
  unwrapFeature(await it.store.get(ref, { names: null, into, token: null }));
  const arrived = new Uint8Array(4096);
  readRegionBytes(target, arrived);
  expect(arrived).toEqual(patternBytes(4096, 3));
  const to_heap = await it.store.get(ref);
  expect(to_heap.ok ? "" : to_heap.error.detail).toBe("needs 4096 bytes of staging memory, has 0");
});

test("store: wire bytes are the tensors' bytes, and what a get has leased is freed by drain", async () => {
  const { fixture, requester, backend } = await openStore();
  await using it = new StoreBed({ backend, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() }, {});
  const ref = await it.put("s0");
  const { handle } = unwrapFeature(await it.store.get(ref));
  const { local_put_bytes, read_bytes } = requester.client.counters();
  expect([local_put_bytes, read_bytes.cpu]).toEqual([34, 34]); // 24 + 10
  await it.store.release(handle);
  expect(it.store.health().release_pending).toBe(2); // the get's lease lasts for 2 s
  unwrapFeature(await it.store.drain());
  expect(await requester.client.exists(["run/s0/g1/hidden", "run/s0/g1/input_ids"])).toEqual([0, 0]);
});

test("store: objects are hard pinned, so that samples outlive a flood of other objects", async () => {
  const { fixture, requester, backend } = await openStore();
  const configs: unknown[] = [];
  const { client, memory } = requester;
  const put: StoreClient["put"] = (items, config) => {
    configs.push(config);
    return client.put(items, config);
  };
  const recording = new FeatureStoreBackend({
    kind: "store",
    client: {
      put,
      get: (items) => client.get(items),
      remove: (key, force) => client.remove(key, force),
      exists: (keys) => client.exists(keys),
    },
    staging: memory,
    replica_num: 1,
  });
  await using it = new StoreBed(
    { backend: recording, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() },
    {},
  );
  const ref = await it.put("s0");
  expect(configs).toEqual([{ ...DEFAULT_REPLICATE_CONFIG, hard_pin: true }]);
  const flood = { region: memory, offset: 0, bytes: 32 * KIB };
  const rounds = (4 * MIB) / flood.bytes; // four times the segment: three of four objects are evicted
  for (let i = 0; i < rounds; i++) {
    const items = [{ ...flood, key: `flood-${i}` }];
    await fixture.until(async () => (await client.put(items, DEFAULT_REPLICATE_CONFIG))[0] === 0);
  }
  expect((await it.store.get(ref)).ok).toBe(true);
  await backend.close();
});
