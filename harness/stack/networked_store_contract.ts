// What a store does whose nodes reach each other by network: all of the store client's contract, and what only a network has. Run
// over tcp on any host and over rdma in the VM of scripts/rdma_vm. Owners are killed in processes of their own.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { compileForTest } from "../../native/ffi/compile_for_test.ts";
import type { StoreConfig } from "../config/arm_config.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../domain/replica.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { openProcessPlane } from "./open_process_plane.ts";
import type { NetworkWish } from "./process_config.ts";
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
const BLOCKS: readonly number[] = Array.from({ length: 16 }, (_, i) => i);
/** No owner is on it: every byte goes over the network. */
const NODE = "node9";

export function networkedStoreContract(name: string, wish: NetworkWish): void {
  compileForTest(wish.protocol === "tcp" ? "tcp" : "verbs;ofi_rxm");
  const open = (config: Partial<StoreConfig> = {}): StoreFixture => new StoreFixture(config, null, wish);

  describeStoreClient(`embedded over ${name}`, async () => {
    const fixture = open();
    await fixture.startMaster();
    await fixture.startOwner(fixture.ownerConfig(0));
    await fixture.startOwner(fixture.ownerConfig(1));
    return {
      // One owner is on its node, the other is not.
      ...fixture.openClient("node0", MEMORY_BYTES),
      segment_names: ["node0:50053", "node1:50053"],
      [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
    };
  });

  test(`${name}: an owner killed costs its own keys a code, and its successor serves`, async () => {
    await using fixture = open({ client_ttl_ms: 1500 });
    await fixture.startMaster();
    const doomed = await fixture.spawnOwner(fixture.ownerConfig(0));
    await fixture.spawnOwner(fixture.ownerConfig(1));
    const requester = fixture.openClient(NODE, MEMORY_BYTES);
    const { client, memory } = requester;
    await fillBlocks(requester, [0, 1]);
    const prefer = (segment: string) => ({ ...DEFAULT_REPLICATE_CONFIG, preferred_segments: [segment] });
    expect(await client.put(putItems(memory, [0]), prefer("node0:50053"))).toEqual([0]);
    expect(await client.put(putItems(memory, [1]), prefer("node1:50053"))).toEqual([0]);
    doomed.kill("SIGKILL");
    await doomed.exited;
    const outcomes = await client.get(getItems(memory, [0, 1], UPPER_HALF));
    expect(outcomes.map(({ code }) => code)).toEqual([STORE_CODE.TRANSFER_FAIL, BLOCK_BYTES]);
    await fixture.until(async () => {
      const segments = await client.segments();
      return segments.ok && segments.value.length === 1;
    });
    await fixture.spawnOwner(fixture.ownerConfig(0, { generation: 2 }));
    expect(await client.put(putItems(memory, [0]), prefer("node0:50053"))).toEqual([0]);
    expect(await client.get(getItems(memory, [0], UPPER_HALF))).toMatchObject([
      { code: BLOCK_BYTES, remote: true, stale: false },
    ]);
  });

  test(`${name}: objects on disk come through the owner's staging buffer`, async () => {
    await using fixture = open({
      tiers: "hbm+cpu+disk",
      enable_offload: true,
      segment_bytes: 98_304,
      eviction_high_watermark_ratio: 0.01,
      lease_ttl_ms: 500,
    });
    await fixture.startMaster();
    await fixture.startOwner(fixture.ownerConfig(1));
    const requester = fixture.openClient(NODE, MEMORY_BYTES);
    const { client, memory } = requester;
    await fillBlocks(requester, BLOCKS);
    const stored = await client.put(putItems(memory, BLOCKS), DEFAULT_REPLICATE_CONFIG);
    expect(stored).toEqual(BLOCKS.map(() => 0));
    await fixture.until(async () => {
      const described = await fixture.askMaster(`/query_key?key=${encodeURIComponent(keyOf(0))}`);
      return described.ok && !(await described.text()).includes('"cpu"');
    });
    const outcomes = await client.get(getItems(memory, BLOCKS, UPPER_HALF));
    expect(outcomes.map(({ code }) => code)).toEqual(BLOCKS.map(() => BLOCK_BYTES));
    expect(outcomes[0]).toEqual({ code: BLOCK_BYTES, tier: "disk", remote: true, stale: false });
  });

  test(`${name}: an owner without a network path is refused, not reached another way`, async () => {
    await using fixture = open();
    await fixture.startMaster();
    await fixture.startOwner(fixture.ownerConfig(0, { network: null }));
    const requester = fixture.openClient(NODE, MEMORY_BYTES);
    await fillBlocks(requester, [0]);
    const { client, memory } = requester;
    expect(await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG)).toEqual([
      STORE_CODE.TRANSFER_FAIL,
    ]);
    expect(fixture.lines.join("\n")).toContain("its owner has no network path");
  });

  test(`${name}: a process says which path it took, and does not start on a device that is not there`, () => {
    const lines: string[] = [];
    const opened = openProcessPlane(wish, (line) => lines.push(line));
    expect(opened.ok).toBe(true);
    expect(lines.join()).toContain(`other nodes are reached by ${name}`);
    const none = openProcessPlane(
      { ...wish, protocol: "rdma", device_names: [join("no", "such")] },
      () => {},
    );
    expect(none.ok ? "" : none.error.code).toBe("network");
    return opened.ok ? opened.value.plane.close() : undefined;
  });
}
