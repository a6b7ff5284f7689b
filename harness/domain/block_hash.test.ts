import { expect, test } from "bun:test";
import { blockHashHex, chainBlockHash, hashFullBlocks, ROOT_HASH } from "./block_hash.ts";

const PREFIX = Array.from({ length: 48 }, (_, i) => i * 7);

test("equal prefixes have equal hashes and the first differing block differs, as do all after it", () => {
  const changed = [...PREFIX];
  changed[20] = 999_999; // inside the second of three 16-token blocks
  const a = hashFullBlocks(PREFIX, 16);
  const b = hashFullBlocks(changed, 16);
  expect(a.length).toBe(3);
  expect(b[0]).toBe(a[0] as never);
  expect(b[1]).not.toBe(a[1] as never);
  expect(b[2]).not.toBe(a[2] as never);
});

test("a partial last block has no hash", () => {
  expect(hashFullBlocks(PREFIX.slice(0, 47), 16).length).toBe(2);
});

test("200,000 blocks of counting tokens hash to distinct safe integers of constant hex width", () => {
  const seen = new Set<number>();
  for (let i = 0; i < 200_000; i++) {
    const hash = chainBlockHash(ROOT_HASH, [i], 0, 1);
    expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true);
    if (i < 100) expect(blockHashHex(hash)).toMatch(/^[0-9a-f]{14}$/);
    seen.add(hash);
  }
  expect(seen.size).toBe(200_000);
});
