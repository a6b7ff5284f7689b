// Engines of several ranks on a real master and owner: real bytes, one object for each shard of a block.

import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { ConnectorConfig } from "../../core/connector/connector_config.ts";
import {
  CONNECTOR,
  complete,
  EngineStoreFixture,
  metric,
  untilSavedLocally,
} from "./engine_store_fixture.ts";

/** The first engine of a fresh checkout compiles the native library. */
setDefaultTimeout(180_000);

const fixture = new EngineStoreFixture();
afterEach(() => fixture.close());

test("four ranks of two KV heads: each object is put once, every rank reads its own bytes, and the answer is the same", async () => {
  const master_address = await fixture.startStore();
  // Ranks 0 and 1 hold one head, 2 and 3 the other.
  const ranks = { tp_size: 4, replication_factor: 2, shard_bytes: 512 };
  const namespaces = [0, 1].flatMap((tp_rank) =>
    CONNECTOR.namespaces.map((namespace) => ({ ...namespace, tp_rank })),
  );
  const connector: ConnectorConfig = {
    ...CONNECTOR,
    namespaces,
    put_step: 2,
    lookup_ranks: "min_over_ranks",
    executors: "separate",
  };
  const engine = async (name: string, node: string): Promise<string> => {
    const config = fixture.engineConfig(name, node, master_address);
    return fixture.engine({ ...config, core: { ...config.core, ranks, connector } });
  };
  const writer = await engine("engine-0", "node0");
  const reader = await engine("engine-1", "node1");
  const byRank = (url: string, series: string): Promise<number[]> =>
    Promise.all([0, 1, 2, 3].map((rank) => metric(url, `tierbench:${series}{rank="${rank}"}`)));

  const computed = await complete(writer);
  // 4 blocks of 2 heads are 8 objects; the ranks of a head take turns.
  await untilSavedLocally(writer, 8);
  expect(await byRank(writer, "put_keys_by_rank")).toEqual([2, 2, 2, 2]);

  const loaded = await complete(reader);
  expect(loaded.choices).toEqual(computed.choices);
  expect(loaded.tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 64, disk: 0 });
  expect(await byRank(reader, "loaded_keys_by_rank")).toEqual([4, 4, 4, 4]);
  // 4 ranks × 4 blocks × 512 bytes, every one checked.
  expect(await metric(reader, 'tierbench:load_bytes{tier="cpu"}')).toBe(8_192);
  expect(await metric(reader, "tierbench:corrupt_reads{}")).toBe(0);
});

test("spec §1.2: engines that number the KV heads otherwise read each other's objects as corrupt", async () => {
  const master_address = await fixture.startStore();
  const ranks = { tp_size: 2, replication_factor: 1, shard_bytes: 512 };
  const engine = async (name: string, first: number, second: number): Promise<string> => {
    const config = fixture.engineConfig(name, "node0", master_address);
    const namespaces = [first, second].flatMap((tp_rank) =>
      CONNECTOR.namespaces.map((namespace) => ({ ...namespace, tp_rank })),
    );
    const core = { ...config.core, ranks, connector: { ...CONNECTOR, namespaces } };
    return fixture.engine({ ...config, core });
  };
  const writer = await engine("engine-0", 0, 1);
  const reader = await engine("engine-1", 1, 0);
  await complete(writer);
  await untilSavedLocally(writer, 8);
  expect((await complete(reader)).tierbench_stages.cached_tokens).toEqual({ hbm: 0, cpu: 0, disk: 0 });
  // One GET of 4 keys a rank, all of the other rank's bytes.
  expect(await metric(reader, "tierbench:corrupt_reads{}")).toBe(8);
});
