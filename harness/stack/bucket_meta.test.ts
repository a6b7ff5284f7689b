import { expect, test } from "bun:test";
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

test("another bucket's metadata, unaligned items and items beyond the file are refused", () => {
  const [first, second] = BUCKET.items;
  const refused = [
    parseBucketMeta(formatBucketMeta(BUCKET), 8),
    parseBucketMeta(formatBucketMeta({ ...BUCKET, file_bytes: 8191 }), 7),
    parseBucketMeta(formatBucketMeta({ ...BUCKET, file_bytes: 4096 }), 7),
    parseBucketMeta(
      JSON.stringify({ ...BUCKET, format_version: 1, items: [{ ...first, file_offset: 64 }] }),
      7,
    ),
    parseBucketMeta(
      JSON.stringify({ ...BUCKET, format_version: 1, items: [first, { ...second, key: "" }] }),
      7,
    ),
    parseBucketMeta(JSON.stringify({ ...BUCKET, format_version: 2 }), 7),
  ];
  expect(refused.map(({ ok }) => ok)).toEqual([false, false, false, false, false, false]);
});
