// Tables of the nightly history, as steps that are applied in order: PRAGMA user_version counts those a file has had. A step
// that was released is never edited; a change is another step.

export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE nights (
     night_id INTEGER PRIMARY KEY,
     started_at TEXT NOT NULL,
     suite TEXT NOT NULL,
     build TEXT NOT NULL
   ) STRICT;
   CREATE TABLE runs (
     run_id INTEGER PRIMARY KEY,
     night_id INTEGER NOT NULL REFERENCES nights,
     scenario TEXT NOT NULL,
     config_key TEXT NOT NULL,
     purpose TEXT NOT NULL CHECK (purpose IN ('night', 'confirmation')),
     run_path TEXT NOT NULL,
     valid INTEGER NOT NULL,
     problems TEXT NOT NULL
   ) STRICT;
   CREATE TABLE samples (
     run_id INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
     metric TEXT NOT NULL,
     pair_index INTEGER NOT NULL,
     value REAL NOT NULL,
     PRIMARY KEY (run_id, metric, pair_index)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE acks (
     ack_id INTEGER PRIMARY KEY,
     night_id INTEGER NOT NULL REFERENCES nights,
     scenario TEXT NOT NULL,
     metric TEXT,
     reason TEXT NOT NULL,
     acked_at TEXT NOT NULL
   ) STRICT;`,
  `CREATE INDEX runs_of_scenario ON runs (scenario, config_key, night_id);
   CREATE UNIQUE INDEX runs_by_path ON runs (run_path, scenario) WHERE run_path <> '';`,
];
