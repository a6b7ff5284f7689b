import { expect, test } from "bun:test";
import { figureProblems, figuresText, type GuestFigures, sharesOfDevice } from "./guest_figures.ts";

/** Medians: put 60 of 80, get 90 of 100 MB/s. */
const FIGURES: GuestFigures = {
  path_taken: {
    provider: "verbs;ofi_rxm",
    domain: "rxe0",
    fabric: "IB",
    source: "10.77.0.1",
    link_up: true,
    bytes_per_s: null,
    longest_transfer_bytes: 8 << 20,
    delivery_complete: true,
    verifies: false,
    library: "libfabric 1.17",
  },
  put_bytes_per_s: [60e6, 10e6, 70e6],
  get_bytes_per_s: [90e6, 90e6, 95e6],
  ib_write_bytes_per_s: [80e6, 81e6, 20e6],
  ib_read_bytes_per_s: [100e6, 100e6, 101e6],
  failed_ops: 0,
  corrupt_pieces: 0,
};

test("a share of the device is a ratio of medians", () => {
  // 60 ÷ 80; 90 ÷ 100.
  expect(sharesOfDevice(FIGURES)).toEqual({ put: 0.75, get: 0.9 });
});

test("the text has medians, spreads and what they are of the goal", () => {
  const [, put, get] = figuresText(FIGURES).split("\n");
  expect(put).toBe("  put 60 MB/s (10–70), ib_write_bw 80 MB/s (20–81): 0.75 × (goal 0.8 × MISSED)");
  expect(get).toBe("  get 90 MB/s (90–95), ib_read_bw 100 MB/s (100–101): 0.90 × (goal 0.8 × reached)");
});

test("a slow path is a problem against a bound that is asked for, and none without", () => {
  expect(figureProblems(FIGURES, null)).toEqual([]);
  expect(figureProblems(FIGURES, 0.8)).toEqual(["put reaches 0.75 × of the device, wanted 0.8 ×"]);
});

test("failed ops and corrupt bytes are always problems", () => {
  expect(figureProblems({ ...FIGURES, failed_ops: 2, corrupt_pieces: 1 }, null)).toEqual([
    "2 ops of the measurement failed",
    "1 pieces of the measurement are corrupt",
  ]);
});
