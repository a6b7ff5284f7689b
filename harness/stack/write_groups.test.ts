import { expect, test } from "bun:test";
import type { MemoryReplica } from "../domain/replica.ts";
import type { PutItem } from "./store_items.ts";
import { groupWrites } from "./write_groups.ts";

const REGION = { region_id: 1, shm_path: "", bytes: 64, generation: 1 };

function replica(segment_name: string, generation: number, offset: number): MemoryReplica {
  return { tier: "cpu", segment_name, generation, offset, bytes: 64 };
}

function item(key: string): PutItem {
  return { key, region: REGION, offset: 0, bytes: 64 };
}

test("writes into one mount of a segment go together, and an object with two copies is written twice", () => {
  const items = [item("x"), item("y"), item("z")];
  const groups = groupWrites(items, [
    { code: 0, replicas: [replica("a", 1, 0), replica("b", 1, 64)] },
    { code: 0, replicas: [replica("a", 1, 64)] },
    { code: 0, replicas: [replica("a", 2, 0)] },
  ]);
  const placed = groups.map(({ segment_name, generation, writes }) => [
    `${segment_name}${generation}`,
    ...writes.map((write) => [write.item.key, write.key_index, write.segment_offset]),
  ]);
  expect(placed).toEqual([
    ["a1", ["x", 0, 0], ["y", 1, 64]],
    ["b1", ["x", 0, 64]],
    ["a2", ["z", 2, 0]],
  ]);
});
