import { expect, test } from "bun:test";
import type { BlockHash } from "./block_hash.ts";
import { blockGroupId, blockObjectKey, type KeyNamespace, keyPrefix } from "./object_key.ts";

const NAMESPACE: KeyNamespace = { cache_prefix: "", model: "test-model", tp_rank: 0, pp_rank: 0, group: 0 };

function keyOf(changes: Partial<KeyNamespace>): string {
  return blockObjectKey(keyPrefix({ ...NAMESPACE, ...changes }), 0xa0 as BlockHash);
}

// vLLM's hash is 32 bytes; ours is 53 bits, in 14 hexadecimal digits.
test("spec §1.2: vllm_2026_08's key names model, ranks, group and hash, vllm_2026_05's no group", () => {
  expect(keyOf({})).toBe("test-model@tp_rank:0@pcp0@dcp0@pp_rank:0@group:0@000000000000a0");
  expect(keyOf({ group: null })).toBe("test-model@tp_rank:0@pcp0@dcp0@pp_rank:0@000000000000a0");
  expect(keyOf({ tp_rank: 3, pp_rank: 1 })).toBe(
    "test-model@tp_rank:3@pcp0@dcp0@pp_rank:1@group:0@000000000000a0",
  );
});

test("spec §1.2: of a model id the last part of the path counts", () => {
  expect(keyOf({ model: "Qwen/Qwen3-8B" })).toStartWith("Qwen3-8B@");
  expect(keyOf({ model: "/models/Qwen3-8B/" })).toStartWith("Qwen3-8B@");
});

test("spec §1.2: a cache prefix is all that keeps caches apart which differ in dtype or weights", () => {
  expect(keyOf({ cache_prefix: "fp8" })).toBe(`fp8@${keyOf({})}`);
});

test("spec §1.2: keys of a namespace are of one length", () => {
  const lengths = [0, 1, 2 ** 53 - 1].map(
    (hash) => blockObjectKey(keyPrefix(NAMESPACE), hash as BlockHash).length,
  );
  expect(new Set(lengths).size).toBe(1);
});

test("spec §1.2: a group names the cache, the model and the block, and no rank", () => {
  const group = (changes: Partial<KeyNamespace>): string =>
    blockGroupId({ ...NAMESPACE, ...changes }, 0xa0 as BlockHash);
  expect(group({ tp_rank: 3, pp_rank: 1 })).toBe("vllm-mooncake-store:test-model@000000000000a0");
  expect(group({ cache_prefix: "fp8", model: "Qwen/Qwen3-8B" })).toBe(
    "vllm-mooncake-store:fp8@Qwen3-8B@000000000000a0",
  );
});
