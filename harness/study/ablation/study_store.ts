// The directory of a study, so that one that was interrupted goes on where it stopped:
//
//   <out>/study_<name>_<key>/  study.json  results.jsonl  runs/<one run directory per run>  report files
//
// The key is a hash of the configurations of all cells, the schedule (seed, blocks) and the runtime: the same study finds its
// directory again, a changed one gets another; so a study cannot be extended until something shows. Results of different builds are not mixed: study.json names the build.

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { StudyConfig } from "../../config/study_config.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { JsonlFile } from "../../measure/jsonl_file.ts";
import { wordCreateError, wordFsError } from "../../measure/run_directory_error.ts";
import type { MetricValues } from "../metric_values.ts";
import type { StudyCell } from "./build_cells.ts";

export interface CellResult {
  readonly cell_index: number;
  readonly block_index: number;
  readonly cell: string;
  readonly values: MetricValues;
  readonly valid: boolean;
  /** Why it is not valid; empty when it is. */
  readonly problems: readonly string[];
  readonly run_path: string;
  readonly elapsed_s: number;
}

export interface StudyIdentity {
  readonly study: StudyConfig;
  readonly cells: readonly StudyCell[];
  readonly runtime: string;
  /** Git head and whether it was clean. */
  readonly build: string;
}

export class StudyStore implements Disposable {
  readonly path: string;
  readonly runs_path: string;
  readonly #results: JsonlFile;

  private constructor(path: string, results: JsonlFile) {
    this.path = path;
    this.runs_path = join(path, "runs");
    this.#results = results;
  }

  /** `fresh`: an earlier study of the same key is removed. */
  static open(out: string, identity: StudyIdentity, fresh: boolean): Result<StudyStore, string> {
    const path = studyPath(out, identity);
    try {
      if (fresh) rmSync(path, { recursive: true, force: true });
      mkdirSync(join(path, "runs"), { recursive: true });
      const other = otherBuild(path, identity.build);
      if (other !== null) return err(other);
      writeFileSync(join(path, "study.json"), describe(identity));
      endTornLine(join(path, "results.jsonl"));
    } catch (cause) {
      return err(wordCreateError(out, cause).message);
    }
    const results = JsonlFile.open(join(path, "results.jsonl"));
    return results.ok ? ok(new StudyStore(path, results.value)) : err(results.error.message);
  }

  append(result: CellResult): Result<void, string> {
    const written = this.#results.append(result);
    return written.ok ? written : err(written.error.message);
  }

  write(name: string, text: string): Result<void, string> {
    const path = join(this.path, name);
    try {
      writeFileSync(`${path}.part`, text);
      renameSync(`${path}.part`, path);
      return ok(undefined);
    } catch (cause) {
      return err(wordFsError(path, cause).message);
    }
  }

  [Symbol.dispose](): void {
    this.#results[Symbol.dispose]();
  }
}

/** The latest result of each (cell, block) that was finished, valid or not. A torn last line is a run that did not finish. */
export function finishedResults(path: string): CellResult[] {
  const file = join(path, "results.jsonl");
  if (!existsSync(file)) return [];
  const latest = new Map<string, CellResult>();
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const result = parseLine(line);
    if (result !== null) latest.set(`${result.cell_index} ${result.block_index}`, result);
  }
  return [...latest.values()];
}

export function studyPath(out: string, { study, cells, runtime }: StudyIdentity): string {
  const content = JSON.stringify([runtime, study.seed, study.blocks, cells.map(({ arm }) => arm.config)]);
  const key = new Bun.CryptoHasher("sha256").update(content).digest("hex").slice(0, 10);
  return join(out, `study_${study.name}_${key}`);
}

/** The program's own lines; a cut-off one does not parse. */
function parseLine(line: string): CellResult | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as CellResult;
  } catch {
    return null;
  }
}

/** So that the next result does not grow onto a line that was cut off. */
function endTornLine(file: string): void {
  if (existsSync(file) && !/(^|\n)$/.test(readFileSync(file, "utf8"))) appendFileSync(file, "\n");
}

function otherBuild(path: string, build: string): string | null {
  const file = join(path, "study.json");
  if (!existsSync(file)) return null;
  const stored: { build?: unknown } = JSON.parse(readFileSync(file, "utf8"));
  if (stored.build === build || finishedResults(path).length === 0) return null;
  return `${file}: must be of this build (${build}) to be continued, got ${JSON.stringify(stored.build)}. Check that build out again, or start anew with --fresh.`;
}

function describe({ study, cells, runtime, build }: StudyIdentity): string {
  const named = cells.map(({ arm, differences }) => ({ name: arm.name, differences, config: arm.config }));
  return `${JSON.stringify({ schema_version: 1, build, runtime, study, cells: named }, null, 2)}\n`;
}
