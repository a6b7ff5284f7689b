import { expect, test } from "bun:test";
import { parse } from "csv-parse/sync";
import { reportFixture } from "./report_fixture.ts";
import { requestsCsv } from "./requests_csv.ts";

const HOSTILE = 'a "quoted", name\nof two lines';

test("a reader of CSV gets every request back, hostile names included", () => {
  const { records } = reportFixture({ hostile: HOSTILE });
  const rows = parse(requestsCsv(records), { columns: true }) as Record<string, string>[];
  expect(rows).toHaveLength(records.length);
  expect(rows.map((row) => row["arm"])).toEqual(records.map((record) => record.arm));
  const [first] = records;
  const ttft_ms = ((first?.first_token_ns ?? 0) - (first?.sent_ns ?? 0)) / 1e6;
  expect(Number(rows[0]?.["ttft_ms"])).toBe(ttft_ms);
});

test("what a failed request does not have is empty, not 0", () => {
  const { records } = reportFixture({ missing: true });
  const rows = parse(requestsCsv(records), { columns: true }) as Record<string, string>[];
  expect(rows[0]).toMatchObject({
    first_token_ns: "",
    ttft_ms: "",
    cached_tokens_cpu: "",
    error_code: "connection",
  });
});
