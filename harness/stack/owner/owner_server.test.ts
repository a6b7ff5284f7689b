import { expect, test } from "bun:test";
import { readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { assert } from "../../domain/assert.ts";
import { DEFAULT_REPLICATE_CONFIG } from "../../domain/replica.ts";
import type { OwnerProcess } from "../process_config.ts";
import { BLOCK_BYTES, fillBlocks, getItems, keyOf, putItems } from "../store_client_contract.ts";
import { DISK, StoreFixture } from "../store_fixture.ts";
import { startOwner } from "./owner_server.ts";

const MEMORY_BYTES = 8 * BLOCK_BYTES;

async function startProblem(fixture: StoreFixture, config: OwnerProcess): Promise<string> {
  const started = await startOwner(config, fixture.clock, fixture.log);
  if (started.ok) await started.value.stop();
  return started.ok ? "started" : `${started.error.code}: ${started.error.detail}`;
}

async function metricsOf(http_port: number): Promise<string[]> {
  const reply = await fetch(`http://127.0.0.1:${http_port}/metrics`);
  return (await reply.text()).split("\n");
}

test("an owner without a master does not start, and leaves neither memory nor socket behind", async () => {
  await using fixture = new StoreFixture();
  const config = fixture.ownerConfig(0);
  expect(await startProblem(fixture, config)).toStartWith("peer_unreachable: master_address: ");
  expect(readdirSync(dirname(config.shm_path))).toEqual([]);
  expect(readdirSync(fixture.directory)).toEqual([]);
});

test("what cannot be had is named by its field", async () => {
  await using fixture = new StoreFixture();
  await fixture.startMaster();
  const config = fixture.ownerConfig(0);
  const nowhere = { ...DISK, disk_path: join(fixture.directory, "none") };
  expect(await startProblem(fixture, { ...config, disk: nowhere })).toStartWith("disk: disk_path: ");
  const too_large = { ...config, segment_bytes: 2 ** 45 };
  expect(await startProblem(fixture, too_large)).toStartWith("shared_memory: segment_bytes: ");
  const owner = await fixture.startOwner(config);
  const same_port = fixture.ownerConfig(1, { http_port: owner.http_port });
  expect(await startProblem(fixture, same_port)).toStartWith("port_taken: http_port: ");
  const same_memory = fixture.ownerConfig(1, { shm_path: config.shm_path });
  expect(await startProblem(fixture, same_memory)).toContain("already exists");
  const same_segment = fixture.ownerConfig(1, { segment_name: config.segment_name });
  expect(await startProblem(fixture, same_segment)).toContain("SEGMENT_ALREADY_EXISTS (-102)");
});

test("a restarted master is told of the segment and of what is on disk", async () => {
  await using fixture = new StoreFixture({ enable_offload: true });
  const master = await fixture.startMaster();
  const owner = await fixture.startOwner(fixture.ownerConfig(0));
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, [0, 1]);
  await client.put(putItems(memory, [0, 1]), DEFAULT_REPLICATE_CONFIG);
  await fixture.until(async () => {
    const stats = await client.stats();
    return stats.ok && stats.value.offloaded_key_count === 2;
  });
  await master.stop();
  await fixture.startMaster();
  await fixture.until(async () => (await client.exists([keyOf(0)]))[0] === 1);
  expect(await client.get(getItems(memory, [0], (block) => block + 4))).toMatchObject([
    { code: BLOCK_BYTES, tier: "disk" },
  ]);
  expect(await metricsOf(owner.http_port)).toContain(
    'owner_tierbench_remounts_total{segment="node0:50053"} 1',
  );
});

test("a requester that was given space before the master restarted cannot write there once it is another's", async () => {
  await using fixture = new StoreFixture();
  const master = await fixture.startMaster();
  const config = fixture.ownerConfig(0);
  const owner = await fixture.startOwner(config);
  const slow = fixture.openClient("node1", MEMORY_BYTES);
  const segment = slow.plane.attachRegion(config.shm_path, config.generation); // to write to offset 0
  assert(segment.ok, "the owner has made its segment");
  await master.stop();
  await fixture.startMaster();
  const remounted = 'owner_tierbench_remounts_total{segment="node0:50053"} 1';
  await fixture.until(async () => (await metricsOf(owner.http_port)).includes(remounted));
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, [0]);
  expect(await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG)).toEqual([0]);
  const place = await (await fixture.askMaster(`/query_key?key=${encodeURIComponent(keyOf(0))}`)).json();
  expect(place).toMatchObject({ replicas: [{ offset: 0, generation: 2 ** 32 + config.generation }] });
  const write = { kind: "copy", from: slow.memory, from_offset: 0, to: segment.value, to_offset: 0 } as const;
  const ended = await slow.plane.submit([
    { ...write, bytes: BLOCK_BYTES, verify: null, earliest_done_ns: 0 },
  ]);
  expect(ended).toMatchObject([{ code: "peer_dead" }]);
  expect(await client.get(getItems(memory, [0], (block) => block + 4))).toMatchObject([
    { code: BLOCK_BYTES, tier: "cpu" },
  ]);
});

test("a disk that cannot be written costs the offload and nothing else", async () => {
  await using fixture = new StoreFixture({ enable_offload: true });
  await fixture.startMaster();
  const disk_path = join(fixture.directory, "disk");
  await Bun.write(join(disk_path, "x"), "");
  const owner = await fixture.startOwner(fixture.ownerConfig(0, { disk: { ...DISK, disk_path } }));
  rmSync(disk_path, { recursive: true });
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, [0]);
  expect(await client.put(putItems(memory, [0]), DEFAULT_REPLICATE_CONFIG)).toEqual([0]);
  const errors = 'owner_tierbench_disk_errors_total{segment="node0:50053"} 1';
  await fixture.until(async () => (await metricsOf(owner.http_port)).includes(errors));
  expect(await client.get(getItems(memory, [0], (block) => block + 4))).toMatchObject([
    { code: BLOCK_BYTES, tier: "cpu" },
  ]);
});

test("the owner's metrics count what its disk wrote and read under Mooncake's names", async () => {
  await using fixture = new StoreFixture({
    enable_offload: true,
    segment_bytes: 32_768,
    eviction_high_watermark_ratio: 0.01,
    lease_ttl_ms: 100,
  });
  await fixture.startMaster();
  const owner = await fixture.startOwner(fixture.ownerConfig(0));
  const { client, plane, memory } = fixture.openClient("node0", MEMORY_BYTES);
  await fillBlocks({ plane, memory }, [0, 1]);
  await client.put(putItems(memory, [0, 1]), DEFAULT_REPLICATE_CONFIG);
  await fixture.until(async () => {
    const stats = await client.stats();
    return stats.ok && stats.value.evicted_key_count > 0 && stats.value.allocated_bytes === 0;
  });
  await client.get(getItems(memory, [0, 1], (block) => block + 4));
  const lines = await metricsOf(owner.http_port);
  for (const line of [
    'mooncake_ssd_write_ops_total{segment="node0:50053"} 2',
    // Two blocks of 4160 bytes take 8192 bytes of file each.
    'mooncake_ssd_write_bytes_total{segment="node0:50053"} 16384',
    'mooncake_ssd_read_ops_total{segment="node0:50053"} 2',
    `mooncake_ssd_read_bytes_total{segment="node0:50053"} ${2 * BLOCK_BYTES}`,
    'mooncake_ssd_read_latency_us_count{segment="node0:50053"} 1',
    'owner_tierbench_disk_errors_total{segment="node0:50053"} 0',
  ]) {
    expect(lines).toContain(line);
  }
});
