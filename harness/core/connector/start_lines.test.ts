import { expect, test } from "bun:test";
import { type StoreSetup, startLines } from "./start_lines.ts";

const SETUP: StoreSetup = {
  mode: "standalone-store",
  segment_bytes: 0,
  preferred_segment: null,
  enable_offload: true,
};

test("spec §1.1: the start line names the set-up, and <none> where no segment is preferred", () => {
  expect(startLines(SETUP)).toEqual([
    {
      level: "info",
      line: "Mooncake mode=standalone-store (global_segment_size=0, local_buffer_size=0, preferred_segment=<none>, enable_offload=True, tenant_id=default)",
    },
  ]);
});

test("spec §1.1: each set-up that does less than it seems to has its warning", () => {
  const warnings = (changes: Partial<StoreSetup>): string[] =>
    startLines({ ...SETUP, ...changes }).flatMap(({ level, line }) => (level === "warning" ? [line] : []));
  expect(warnings({ enable_offload: false })).toEqual([
    "standalone-store mode without enable_offload: large prefills may exceed the owner DirectIO budget.",
  ]);
  const embedded = { mode: "embedded", segment_bytes: 4096 } as const;
  expect(warnings(embedded)).toEqual([
    "enable_offload is set in embedded mode without preferred_segment; SSD tier will only see puts that happen to land on the owner segment.",
  ]);
  expect(warnings({ ...embedded, preferred_segment: "h:50053" })).toEqual([
    "preferred_segment=h:50053 with mode=embedded: rank-contributed segments will be idle.",
  ]);
  expect(warnings({ ...embedded, enable_offload: false })).toEqual([]);
});
