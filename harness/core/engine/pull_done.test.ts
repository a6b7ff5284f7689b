import { expect, test } from "bun:test";
import { STORE_CODE } from "../../domain/store_error.ts";
import { pullDone } from "./pull_done.ts";

test("each copy has its code, and stale blocks are counted and used", () => {
  expect(pullDone(5, 4, ["ok", "stale", "corrupt", "failed"], true)).toEqual({
    type: "pull_done",
    op_id: 5,
    codes: [STORE_CODE.OK, STORE_CODE.OK, STORE_CODE.CHECKSUM_MISMATCH, STORE_CODE.TRANSFER_FAIL],
    stale: 1,
  });
});

test("copies from a hold that no longer stands fail, whatever they say, and so does a pull that made none", () => {
  const codes = [STORE_CODE.TRANSFER_FAIL, STORE_CODE.TRANSFER_FAIL];
  const failed = { type: "pull_done" as const, op_id: 5, codes, stale: 0 };
  expect(pullDone(5, 2, ["ok", "stale"], false)).toEqual(failed);
  expect(pullDone(5, 2, ["corrupt", "failed"], false)).toEqual(failed);
  expect(pullDone(5, 2, [], false)).toEqual(failed);
});
