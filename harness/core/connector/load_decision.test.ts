import { expect, test } from "bun:test";
import { decideLoad } from "./load_decision.ts";

const BLOCKS = { chunk_tokens: 16, min_load_tokens: 0, unaligned_handoff: false } as const;
const CHUNKS = { chunk_tokens: 256, min_load_tokens: 8_192, unaligned_handoff: true } as const;

test("spec §1.4: a request with 32 tokens computed and 96 in the store loads the 64 between", () => {
  expect(decideLoad(32, 96, BLOCKS)).toEqual({ action: "load", from_tokens: 32, to_tokens: 96 });
});

test("spec §1.4: a hit that the engine's own blocks cover is not loaded", () => {
  expect(decideLoad(32, 16, BLOCKS)).toEqual({ action: "skip", reason: "hbm_satisfies_after_alloc" });
  expect(decideLoad(32, 32, BLOCKS)).toEqual({ action: "skip", reason: "hbm_satisfies_after_alloc" });
});

test("an aligned hit below min_load_tokens is computed instead", () => {
  expect(decideLoad(256, 8_447, CHUNKS)).toEqual({ action: "skip", reason: "too_small" }); // 8191 tokens
  expect(decideLoad(256, 8_448, CHUNKS)).toMatchObject({ action: "load", from_tokens: 256 }); // 8192
});

test("an unaligned hit is computed to the boundary where enough is left to load behind it", () => {
  // ceil(300 ÷ 256) × 256 = 512; 16640 − 512 = 16128.
  expect(decideLoad(300, 16_640, CHUNKS)).toEqual({
    action: "handoff",
    boundary_tokens: 512,
    to_tokens: 16_640,
  });
  // 8600 − 512 = 8088 < 8192.
  expect(decideLoad(300, 8_600, CHUNKS)).toEqual({ action: "skip", reason: "unaligned_hbm_prefill" });
  const off = { ...CHUNKS, unaligned_handoff: false };
  expect(decideLoad(300, 16_640, off)).toEqual({ action: "skip", reason: "unaligned_hbm_prefill" });
});

test("with nothing behind the boundary there is nothing to hand off to", () => {
  const any = { ...CHUNKS, min_load_tokens: 0 };
  expect(decideLoad(300, 512, any)).toEqual({ action: "skip", reason: "unaligned_hbm_prefill" });
});

test("satisfied is decided before unaligned, unaligned before too small", () => {
  expect(decideLoad(300, 300, CHUNKS)).toEqual({ action: "skip", reason: "hbm_satisfies_after_alloc" });
  expect(decideLoad(300, 400, CHUNKS)).toEqual({ action: "skip", reason: "unaligned_hbm_prefill" });
});

test("no hit is its own reason", () => {
  expect(decideLoad(0, 0, BLOCKS)).toEqual({ action: "skip", reason: "no_hit" });
});
