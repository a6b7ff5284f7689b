import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { historyCsv, historyJson } from "./export_history.ts";
import { History, type NightRun } from "./history.ts";
import { MIGRATIONS } from "./history_schema.ts";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "tb-history-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function open(path: string): History {
  const opened = History.open(path);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

const NIGHT = { started_at: "2026-11-21T00:00:00.000Z", suite: "s", build: "abc" };

function run(over: Partial<NightRun> = {}): NightRun {
  return {
    ...{ scenario: "x", config_key: "k", purpose: "night", run_path: "", valid: true, problems: [] },
    pairs: [
      { pair_index: 0, values: { ttft_ms_mean: 100 } },
      { pair_index: 1, values: { ttft_ms_mean: 110, hit_ratio: 0.5 } },
    ],
    ...over,
  };
}

test("a series holds the valid nights of one scenario and configuration, by pair", () => {
  using history = open(":memory:");
  const ids = [0, 1, 2, 3].map(() => history.addNight(NIGHT));
  history.addRun(ids[0] ?? 0, run());
  history.addRun(ids[1] ?? 0, run({ valid: false, problems: ["ledger"] }));
  history.addRun(ids[2] ?? 0, run({ config_key: "other" }));
  history.addRun(ids[3] ?? 0, run());
  history.addRun(
    ids[3] ?? 0,
    run({ purpose: "confirmation", pairs: [{ pair_index: 0, values: { ttft_ms_mean: 9 } }] }),
  );
  const series = history.series("x", "k", "ttft_ms_mean");
  expect(series.map(({ night_id, values }) => [night_id, [...values]])).toEqual([
    [
      1,
      [
        [0, 100],
        [1, 110],
      ],
    ],
    [
      4,
      [
        [0, 100],
        [1, 110],
      ],
    ],
  ]);
  expect(history.series("x", "k", "hit_ratio")[0]?.values).toEqual(new Map([[1, 0.5]]));
});

test("what was written is there when the file is opened again, in WAL mode", () => {
  const path = join(dir, "a", "h.sqlite");
  {
    using history = open(path);
    history.addRun(history.addNight(NIGHT), run());
    history.acknowledge({ night_id: 1, scenario: "x", metric: null, reason: "why", acked_at: "now" });
  }
  using again = open(path);
  expect(again.nights()).toEqual([{ night_id: 1, ...NIGHT }]);
  expect(again.acknowledgements()).toEqual([
    { night_id: 1, scenario: "x", metric: null, reason: "why", acked_at: "now" },
  ]);
  using raw = new Database(path);
  expect(raw.query("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
});

test("an older file is brought up to date and keeps its nights", () => {
  const path = join(dir, "old.sqlite");
  {
    using old = new Database(path, { create: true });
    old.run(MIGRATIONS[0] ?? "");
    old.run("PRAGMA user_version = 1");
    old.run("INSERT INTO nights (started_at, suite, build) VALUES ('t', 's', 'b')");
  }
  using history = open(path);
  expect(history.nights()).toEqual([{ night_id: 1, started_at: "t", suite: "s", build: "b" }]);
  using raw = new Database(path);
  expect(raw.query("PRAGMA user_version").get()).toEqual({ user_version: MIGRATIONS.length });
});

test("a file of a newer version, and one that is no database, are refused", async () => {
  const path = join(dir, "new.sqlite");
  {
    using newer = new Database(path, { create: true });
    newer.run("PRAGMA user_version = 99");
  }
  const refused = History.open(path);
  expect(refused.ok ? "" : refused.error).toContain("got 99");
  await Bun.write(join(dir, "text"), "no database at all, but some text".repeat(40));
  const text = History.open(join(dir, "text"));
  expect(text.ok ? "" : text.error).toContain("must be a nightly history");
});

test("a backup is a whole history, and never overwrites", () => {
  using history = open(join(dir, "h.sqlite"));
  history.addRun(history.addNight(NIGHT), run());
  const target = join(dir, "copy.sqlite");
  expect(history.backup(target).ok).toBe(true);
  expect(history.backup(target).ok).toBe(false);
  using copy = open(target);
  expect(copy.samples()).toEqual(history.samples());
});

test("exports hold every value: 3 samples, quoted where they must be", () => {
  using history = open(":memory:");
  history.addRun(history.addNight({ ...NIGHT, build: 'a "b", c' }), run());
  const lines = historyCsv(history).trim().split("\r\n");
  expect(lines).toHaveLength(1 + 3);
  expect(lines[1]).toBe('1,2026-11-21T00:00:00.000Z,"a ""b"", c",x,k,night,1,hit_ratio,1,0.5,');
  expect(JSON.parse(historyJson(history)).samples).toHaveLength(3);
});
