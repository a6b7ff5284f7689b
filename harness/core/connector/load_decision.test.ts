import { expect, test } from "bun:test";
import { decideLoad } from "./load_decision.ts";

test("a request with 32 tokens computed and 96 in the store loads the 64 between", () => {
  expect(decideLoad(32, 96, 16, 0)).toEqual({ action: "load", from_tokens: 32, to_tokens: 96 });
});

test("a hit that the engine's own blocks cover is not loaded", () => {
  expect(decideLoad(32, 16, 16, 0)).toEqual({ action: "skip", reason: "hbm_satisfies_after_alloc" });
  expect(decideLoad(32, 32, 16, 0)).toEqual({ action: "skip", reason: "hbm_satisfies_after_alloc" });
});

test("a hit below min_load_tokens is computed instead", () => {
  expect(decideLoad(32, 96, 16, 65)).toEqual({ action: "skip", reason: "too_small" });
  expect(decideLoad(32, 96, 16, 64).action).toBe("load"); // 96 − 32 = 64
});

test("being satisfied is decided before being too small", () => {
  expect(decideLoad(32, 32, 16, 8192)).toEqual({ action: "skip", reason: "hbm_satisfies_after_alloc" });
});

test("no hit is its own reason", () => {
  expect(decideLoad(0, 0, 16, 0)).toEqual({ action: "skip", reason: "no_hit" });
});
