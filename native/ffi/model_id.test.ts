import { expect, test } from "bun:test";
import { modelId } from "./model_id.ts";

// The published FNV-1a test vectors.
test("model ids are 32-bit FNV-1a", () => {
  expect(modelId("")).toBe(0x811c9dc5);
  expect(modelId("a")).toBe(0xe40c292c);
  expect(modelId("foobar")).toBe(0xbf9cf968);
});
