// The nightly history: one SQLite file, in WAL mode, so that a dashboard may read while a night is written. Every value is kept
// by pair, because nights are compared pair by pair. A night is written in one transaction a run.

import { Database } from "bun:sqlite";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { present } from "../../domain/assert.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { MetricValues } from "../metric_values.ts";
import { MIGRATIONS } from "./history_schema.ts";

export interface NewNight {
  readonly started_at: string;
  readonly suite: string;
  readonly build: string;
}
export interface Night extends NewNight {
  readonly night_id: number;
}

export interface NightRun {
  readonly scenario: string;
  /** Configuration, runtime and host: nights are compared only within one key. */
  readonly config_key: string;
  readonly purpose: "night" | "confirmation";
  /** "" where there is no run directory. */
  readonly run_path: string;
  readonly valid: boolean;
  readonly problems: readonly string[];
  readonly pairs: readonly { readonly pair_index: number; readonly values: MetricValues }[];
}

/** One night of one scenario and metric. */
export interface NightValues {
  readonly night_id: number;
  /** Pair index → value. */
  readonly values: ReadonlyMap<number, number>;
}

export interface Acknowledgement {
  readonly night_id: number;
  readonly scenario: string;
  /** Null: every metric. */
  readonly metric: string | null;
  readonly reason: string;
  readonly acked_at: string;
}

export class History implements Disposable {
  readonly #db: Database;

  private constructor(db: Database) {
    this.#db = db;
  }

  /** Makes the file if there is none, and brings an older one up to date. `:memory:` for tests. */
  static open(path: string): Result<History, string> {
    try {
      if (path !== ":memory:") mkdirSync(dirname(path), { recursive: true });
      const db = new Database(path, { create: true, strict: true });
      db.run("PRAGMA journal_mode = WAL");
      db.run("PRAGMA busy_timeout = 5000");
      db.run("PRAGMA foreign_keys = ON");
      const version = migrate(db);
      if (version <= MIGRATIONS.length) return ok(new History(db));
      db.close();
      return err(
        `${path}: must be a history of version ${MIGRATIONS.length} or less, got ${version}. Use the tierbench that wrote it.`,
      );
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return err(`${path}: must be a nightly history (${reason}). Name another file with --history FILE.`);
    }
  }

  addNight({ started_at, suite, build }: NewNight): number {
    const added = this.#db
      .query("INSERT INTO nights (started_at, suite, build) VALUES (?, ?, ?)")
      .run(started_at, suite, build);
    return Number(added.lastInsertRowid);
  }

  addRun(night_id: number, run: NightRun): void {
    this.#db.transaction(() => {
      const { scenario, config_key, purpose, run_path, valid, problems } = run;
      const added = this.#db
        .query(
          "INSERT INTO runs (night_id, scenario, config_key, purpose, run_path, valid, problems) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .run(night_id, scenario, config_key, purpose, run_path, valid ? 1 : 0, JSON.stringify(problems));
      const insert = this.#db.query("INSERT INTO samples VALUES (?, ?, ?, ?)");
      for (const { pair_index, values } of run.pairs) {
        for (const [metric, value] of Object.entries(values)) {
          insert.run(added.lastInsertRowid, metric, pair_index, value);
        }
      }
    })();
  }

  acknowledge({ night_id, scenario, metric, reason, acked_at }: Acknowledgement): void {
    this.#db
      .query("INSERT INTO acks (night_id, scenario, metric, reason, acked_at) VALUES (?, ?, ?, ?, ?)")
      .run(night_id, scenario, metric, reason, acked_at);
  }

  /** Valid nights of a scenario under one key, ascending. */
  series(scenario: string, config_key: string, metric: string): NightValues[] {
    const rows = this.#db
      .query<{ night_id: number; pair_index: number; value: number }, [string, string, string]>(
        `SELECT night_id, pair_index, value FROM runs JOIN samples USING (run_id)
         WHERE scenario = ? AND config_key = ? AND metric = ? AND purpose = 'night' AND valid = 1
         ORDER BY night_id, pair_index`,
      )
      .all(scenario, config_key, metric);
    return [...Map.groupBy(rows, ({ night_id }) => night_id)].map(([night_id, samples]) => ({
      night_id,
      values: new Map(samples.map(({ pair_index, value }) => [pair_index, value])),
    }));
  }

  nights(): Night[] {
    return this.#db.query<Night, []>("SELECT * FROM nights ORDER BY night_id").all();
  }

  acknowledgements(): Acknowledgement[] {
    return this.#db
      .query<Acknowledgement, []>(
        "SELECT night_id, scenario, metric, reason, acked_at FROM acks ORDER BY ack_id",
      )
      .all();
  }

  /** Scenario, metric and key of every series, with its latest valid night. */
  seriesNames(): SeriesName[] {
    return this.#db
      .query<SeriesName, []>(
        `SELECT scenario, metric, config_key, max(night_id) AS latest_night_id FROM runs JOIN samples USING (run_id)
         WHERE purpose = 'night' AND valid = 1 GROUP BY scenario, metric, config_key ORDER BY scenario, metric, latest_night_id`,
      )
      .all();
  }

  /** Nights of a scenario under other settings, or on another kind of host, than `config_key` stands for. */
  nightsUnderOtherKeys(scenario: string, config_key: string): number {
    const row = this.#db
      .query<{ nights: number }, [string, string]>(
        `SELECT count(DISTINCT night_id) AS nights FROM runs
         WHERE scenario = ? AND config_key <> ? AND purpose = 'night' AND valid = 1`,
      )
      .get(scenario, config_key);
    return present(row, "a count has a row").nights;
  }

  hasRun(run_path: string): boolean {
    return this.#db.query("SELECT 1 FROM runs WHERE run_path = ?").get(run_path) !== null;
  }

  /** Every value with where it comes from, for export. */
  samples(): ExportedSample[] {
    return this.#db
      .query<ExportedSample, []>(
        `SELECT night_id, started_at, build, scenario, config_key, purpose, valid, metric, pair_index, value, run_path
         FROM nights JOIN runs USING (night_id) JOIN samples USING (run_id)
         ORDER BY night_id, run_id, metric, pair_index`,
      )
      .all();
  }

  /** A consistent copy, also while somebody writes. The target must not exist. */
  backup(path: string): Result<void, string> {
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#db.query("VACUUM INTO ?").run(path);
      return ok(undefined);
    } catch (cause) {
      return err(
        `${path}: must be a new file that can be written (${cause instanceof Error ? cause.message : cause}).`,
      );
    }
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

export interface SeriesName {
  readonly scenario: string;
  readonly metric: string;
  readonly config_key: string;
  readonly latest_night_id: number;
}

export interface ExportedSample {
  readonly night_id: number;
  readonly started_at: string;
  readonly build: string;
  readonly scenario: string;
  readonly config_key: string;
  readonly purpose: string;
  readonly valid: number;
  readonly metric: string;
  readonly pair_index: number;
  readonly value: number;
  readonly run_path: string;
}

/** The version the file has now; one that is newer than this program is left as it is. */
function migrate(db: Database): number {
  const stored = db.query<{ user_version: number }, []>("PRAGMA user_version").get();
  const version = present(stored, "a database has a user_version").user_version;
  for (const [i, step] of MIGRATIONS.entries()) {
    if (i < version) continue;
    db.transaction(() => {
      db.run(step);
      db.run(`PRAGMA user_version = ${i + 1}`);
    })();
  }
  return Math.max(version, MIGRATIONS.length);
}
