import { expect, test } from "bun:test";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { msToNs } from "../domain/units.ts";
import type { ShapedLinks } from "./shaped_links.ts";
import {
  BLOCK_BYTES,
  describeStoreClient,
  fillBlocks,
  getItems,
  keyOf,
  MEMORY_BLOCKS,
  putItems,
} from "./store_client_contract.ts";
import { StoreFixture } from "./store_fixture.ts";

const MEMORY_BYTES = MEMORY_BLOCKS * BLOCK_BYTES;
const UPPER_HALF = (block: number): number => block + MEMORY_BLOCKS / 2;

describeStoreClient("embedded", async () => {
  const fixture = new StoreFixture();
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  await fixture.startOwner(fixture.ownerConfig(1));
  return {
    ...fixture.openClient("node0", MEMORY_BYTES),
    segment_names: ["node0:50053", "node1:50053"],
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
  };
});

test("an unknown preferred segment falls back to another, and the master counts it", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  const requester = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks(requester, [0]);
  const config = { ...DEFAULT_REPLICATE_CONFIG, preferred_segments: ["nowhere:50053"] };
  expect(await requester.client.put(putItems(requester.memory, [0]), config)).toEqual([0]);
  expect(await requester.client.stats()).toMatchObject({
    value: { preferred_fallback: 1, preferred_placed: 0 },
  });
});

test("without an owner a put is NO_AVAILABLE_HANDLE, without a master everything is RPC_FAIL", async () => {
  await using fixture = new StoreFixture();
  const master = await fixture.startMaster();
  const { client, memory } = fixture.openClient("node0", MEMORY_BYTES);
  expect(await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG)).toEqual([
    STORE_CODE.NO_AVAILABLE_HANDLE,
  ]);
  await master.stop();
  expect(await client.exists([keyOf(0)])).toEqual([STORE_CODE.RPC_FAIL]);
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([{ code: STORE_CODE.RPC_FAIL }]);
  expect(await client.removeAll(true)).toEqual({ code: STORE_CODE.RPC_FAIL, removed: 0 });
  expect(client.counters().faults).toEqual({
    [STORE_CODE.NO_AVAILABLE_HANDLE]: 1,
    [STORE_CODE.RPC_FAIL]: 2,
  });
});

test("a killed owner costs its own keys a code; the others are read, and new puts find their way", async () => {
  await using fixture = new StoreFixture({ client_ttl_ms: 1500 });
  await fixture.startMaster();
  const doomed = await fixture.spawnOwner(fixture.ownerConfig(0));
  await fixture.startOwner(fixture.ownerConfig(1));
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, [0, 1, 2]);
  const prefer = (name: string) => ({ ...DEFAULT_REPLICATE_CONFIG, preferred_segments: [name] });
  expect(await client.put(putItems(memory, [0]), prefer("node0:50053"))).toEqual([0]);
  expect(await client.put(putItems(memory, [1]), prefer("node1:50053"))).toEqual([0]);
  doomed.kill("SIGKILL");
  await doomed.exited;
  const outcomes = await client.get(getItems(memory, [0, 1], UPPER_HALF));
  expect(outcomes.map(({ code }) => code)).toEqual([STORE_CODE.TRANSFER_FAIL, BLOCK_BYTES]);
  // After the TTL the master has dropped the segment: the key is missing, and puts go to the other owner.
  await fixture.until(async () => {
    const segments = await client.segments();
    return segments.ok && segments.value.length === 1;
  });
  expect(await client.exists([keyOf(0), keyOf(1)])).toEqual([0, 1]);
  expect(await client.put(putItems(memory, [2]), prefer("node0:50053"))).toEqual([0]);
  expect(await client.stats()).toMatchObject({ value: { expired_clients: 1 } });
  // The owner comes back under a new generation over the memory it left behind.
  await fixture.startOwner(fixture.ownerConfig(0, { generation: 2 }));
  expect(await client.put(putItems(memory, [0]), prefer("node0:50053"))).toEqual([0]);
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([
    { code: BLOCK_BYTES, remote: false },
  ]);
});

test("a copy that ends after its lease is LEASE_EXPIRED", async () => {
  await using fixture = new StoreFixture({ lease_ttl_ms: 30 });
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(1));
  const slow: ShapedLinks = {
    reserve: (_src, _dst, _bytes, now_ns) => now_ns + msToNs(40),
    close: () => {},
  };
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES, slow);
  await fillBlocks({ plane, memory }, [0]);
  await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG);
  expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([
    { code: STORE_CODE.LEASE_EXPIRED },
  ]);
});

test("copies between nodes are booked on the link in their direction, copies inside a node are not", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  await fixture.startOwner(fixture.ownerConfig(0));
  await fixture.startOwner(fixture.ownerConfig(1));
  const booked: string[] = [];
  const links: ShapedLinks = {
    reserve: (src, dst, bytes) => {
      booked.push(`${src} ${dst} ${bytes}`);
      return 0;
    },
    close: () => {},
  };
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES, links);
  await fillBlocks({ plane, memory }, [0, 1, 2]);
  const prefer = (name: string) => ({ ...DEFAULT_REPLICATE_CONFIG, preferred_segments: [name] });
  await client.put(putItems(memory, [0]), prefer("node0:50053"));
  await client.put(putItems(memory, [1, 2]), prefer("node1:50053"));
  await client.get(getItems(memory, [0, 1, 2], UPPER_HALF));
  expect(booked).toEqual([`node0 node1 ${2 * BLOCK_BYTES}`, `node1 node0 ${2 * BLOCK_BYTES}`]);
});
