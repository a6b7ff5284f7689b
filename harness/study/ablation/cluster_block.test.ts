import { expect, test } from "bun:test";
import { requestRecord } from "../../measure/request_fixture.ts";
import { clusterBlock } from "./cluster_block.ts";

const request = (session_id: string, turn_index: number, failed = false) =>
  requestRecord({
    session_id,
    turn_index,
    request_id: `${session_id}/${turn_index}`,
    error: failed ? { code: "connection", detail: "" } : null,
  });

test("sessions are matched across cells, without the requests that failed in any", () => {
  const first = [request("a", 0), request("a", 1), request("b", 0)];
  const second = [request("b", 0, true), request("a", 1), request("a", 0)];
  const ids = clusterBlock([first, second]).map((cells) =>
    cells.map((records) => records.map((record) => record.request_id)),
  );
  expect(ids).toEqual([
    [
      ["a/0", "a/1"],
      ["a/0", "a/1"],
    ],
  ]);
});
