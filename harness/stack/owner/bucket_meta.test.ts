import { expect, test } from "bun:test";
import { Random } from "../../clock/random.ts";
import { formatBucketMeta, parseBucketMeta } from "./bucket_meta.ts";

const BUCKET = {
  bucket_id: 7,
  file_bytes: 8192,
  items: [
    { key: "a", file_offset: 0, bytes: 100, crc32c: 2 ** 32 - 1 },
    { key: "b", file_offset: 4096, bytes: 4096, crc32c: 0 },
  ],
};

test("a listing comes back as it was written", () => {
  expect(parseBucketMeta(formatBucketMeta(BUCKET), 7)).toEqual({ ok: true, value: BUCKET });
});

test("a text cut anywhere is refused", () => {
  const text = formatBucketMeta(BUCKET);
  for (let length = 0; length < text.length; length++) {
    expect(parseBucketMeta(text.slice(0, length), 7).ok).toBe(false);
  }
});

/** A metadata file that says `meta`, with the checksum it must have. */
function sealed(meta: object): string {
  const json = JSON.stringify(meta);
  return `${json}\n${Bun.hash.crc32(json).toString(16).padStart(8, "0")}\n`;
}

test("another bucket's metadata, unaligned items and items beyond the file are refused, checksum or not", () => {
  const [first, second] = BUCKET.items;
  const meta = { format_version: 2, ...BUCKET };
  const refused = [
    parseBucketMeta(formatBucketMeta(BUCKET), 8),
    parseBucketMeta(formatBucketMeta({ ...BUCKET, file_bytes: 8191 }), 7),
    parseBucketMeta(formatBucketMeta({ ...BUCKET, file_bytes: 4096 }), 7),
    parseBucketMeta(sealed({ ...meta, items: [{ ...first, file_offset: 64 }] }), 7),
    parseBucketMeta(sealed({ ...meta, items: [first, { ...second, key: "" }] }), 7),
    parseBucketMeta(sealed({ ...meta, items: [first, { ...second, crc32c: 2 ** 32 }] }), 7),
    parseBucketMeta(sealed({ ...meta, format_version: 1 }), 7),
    parseBucketMeta(sealed([meta]), 7),
    parseBucketMeta(sealed({ ...meta, items: null }), 7),
  ];
  expect(refused.map(({ ok }) => ok)).toEqual(refused.map(() => false));
  expect(parseBucketMeta(sealed(meta), 7).ok).toBe(true);
});

test("20,000 texts with characters changed, cut or added, and as many of random bytes, are each refused", () => {
  const random = new Random(1);
  const text = formatBucketMeta(BUCKET);
  const noise = (count: number): string =>
    String.fromCharCode(...Array.from({ length: count }, () => random.below(256)));
  for (let i = 0; i < 20_000; i++) {
    const start = random.below(text.length);
    const cut = random.below(4);
    const changed = text.slice(0, start) + noise(random.below(4)) + text.slice(start + cut);
    if (changed !== text) expect(parseBucketMeta(changed, 7).ok).toBe(false);
    expect(parseBucketMeta(noise(random.below(300)), 7).ok).toBe(false);
  }
});
