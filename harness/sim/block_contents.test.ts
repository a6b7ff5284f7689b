import { expect, test } from "bun:test";
import type { BlockHash } from "../domain/block_hash.ts";
import { BlockContents, NO_CONTENT } from "./block_contents.ts";

const HASH = 77 as BlockHash;

test("a block that nobody wrote is corrupt to whoever expects one", () => {
  const contents = new BlockContents();
  expect(contents.hash(1_000_000)).toBe(NO_CONTENT);
  expect(contents.verify(0, HASH, 1)).toBe("corrupt");
});

test("a written block is ok, of other weights stale, and another one corrupt", () => {
  const contents = new BlockContents();
  contents.write(500, HASH, 3);
  expect(contents.verify(500, HASH, 3)).toBe("ok");
  expect(contents.verify(500, HASH, 4)).toBe("stale");
  expect(contents.verify(500, 78 as BlockHash, 3)).toBe("corrupt");
});
