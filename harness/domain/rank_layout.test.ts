import { expect, test } from "bun:test";
import { namespaceCount, namespaceOf, poolBlockBytes, rankLayout } from "./rank_layout.ts";

test("spec §1.2: eight ranks of four KV heads are four namespaces, two neighbours each", () => {
  const layout = rankLayout(8, 4, 4_096);
  expect(layout).toEqual({ tp_size: 8, replication_factor: 2, shard_bytes: 1_024 }); // 4096 ÷ 4 heads
  expect(namespaceCount(layout)).toBe(4);
  expect([0, 1, 2, 3, 6, 7].map((rank) => namespaceOf(layout, rank))).toEqual([0, 0, 1, 1, 3, 3]);
  expect(poolBlockBytes(layout)).toBe(8_192); // every head is held twice
});

test("with KV heads enough, every rank is a namespace of its own", () => {
  const layout = rankLayout(2, 8, 4_096);
  expect([0, 1].map((rank) => namespaceOf(layout, rank))).toEqual([0, 1]);
  expect(poolBlockBytes(layout)).toBe(4_096);
});

test("one rank holds the block as it is; shards are rounded up to a cache line", () => {
  expect(rankLayout(1, 8, 4_096)).toEqual({ tp_size: 1, replication_factor: 1, shard_bytes: 4_096 });
  expect(rankLayout(4, 4, 640).shard_bytes).toBe(192); // 160 → 192
});
