import { expect, test } from "bun:test";
import { parseSize } from "./units.ts";

test("spec §1.1: a size is digits with or without a 1024-based unit, whatever its case and spaces", () => {
  const sizes: readonly (readonly [string, number])[] = [
    ["4294967296", 4_294_967_296],
    ["4GB", 4_294_967_296],
    ["4 GiB", 4_294_967_296],
    [" 4 gb ", 4_294_967_296],
    ["512MB", 536_870_912],
    ["512 mib", 536_870_912],
    ["64kb", 65_536],
    ["100b", 100],
    ["1.5GB", 1_610_612_736],
    // Down to whole bytes: 0.3 × 1024 = 307.2.
    ["0.3kb", 307],
    ["2TiB", 2_199_023_255_552],
  ];
  for (const [text, bytes] of sizes) expect([text, parseSize(text)]).toEqual([text, bytes]);
});

test("spec §1.1: what is empty, has two points, another unit or a sign is no size", () => {
  for (const text of ["", "  ", "GB", "1.2.3GB", "4 parsecs", "-4GB", "4GB 2"]) {
    expect([text, parseSize(text)]).toEqual([text, undefined]);
  }
});
