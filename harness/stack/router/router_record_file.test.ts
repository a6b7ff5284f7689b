import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import { RouterRecordCounters } from "./router_record_counters.ts";
import { RouterRecordFile } from "./router_record_file.ts";

const directory = mkdtempSync(join(tmpdir(), "tb-record-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function create(name: string, counters: RouterRecordCounters): Promise<RouterRecordFile> {
  const file = await RouterRecordFile.create(join(directory, name), new OsClock(), () => {}, counters);
  if (!file.ok) throw new Error(file.error.detail);
  return file.value;
}

test("rows are in the file before it is closed, in the order they came; closed, in the order of arrival", async () => {
  const counters = new RouterRecordCounters();
  const file = await create("rows", counters);
  file.add(2, "second ä");
  file.add(1, "first");
  while (counters.rows < 2) await Bun.sleep(10);
  expect(readFileSync(join(directory, "rows"), "utf8")).toBe("second ä\nfirst\n");
  file.add(3, "third");
  await file.close();
  expect(readFileSync(join(directory, "rows"), "utf8")).toBe("first\nsecond ä\nthird\n");
  expect(existsSync(join(directory, "rows.sorted"))).toBe(false);
});

test("a file that is there is not written over, and one without rows does not stay", async () => {
  const counters = new RouterRecordCounters();
  const first = await create("empty", counters);
  const second = await RouterRecordFile.create(join(directory, "empty"), new OsClock(), () => {}, counters);
  expect(!second.ok && second.error.detail).toMatch(/^record.path: cannot make .*EEXIST.* Name a new file/);
  await first.close();
  expect(existsSync(join(directory, "empty"))).toBe(false);
});

test("a full disk loses rows, counts them, says so once, and throws nowhere", async () => {
  const counters = new RouterRecordCounters();
  const lines: string[] = [];
  const full = await open("/dev/full", "r+");
  const file = new RouterRecordFile(
    join(directory, "nothing"),
    full,
    new OsClock(),
    (line) => lines.push(line),
    counters,
  );
  file.add(1, "a");
  while (counters.failed_writes === 0) await Bun.sleep(10);
  file.add(2, "b");
  file.add(3, "c");
  await file.close();
  expect(counters).toMatchObject({ rows: 0, lost_rows: 3, failed_writes: 2 });
  expect(lines.filter((line) => line.includes("rows are lost")).length).toBe(1);
});
