// One line of a Mooncake JSONL trace, checked.

import type { ConfigProblem } from "../harness/config/config_problem.ts";
import { err, ok, type Result } from "../harness/domain/result.ts";

export interface MooncakeRow {
  readonly timestamp_ms: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** [ceil(input_tokens / block_tokens)] */
  readonly hash_ids: readonly number[];
}

/** `where` is `<file>:<line>`. Fields that the format does not name are passed over. */
export function parseMooncakeRow(
  text: string,
  block_tokens: number,
  where: string,
): Result<MooncakeRow, ConfigProblem[]> {
  const row = parseJson(text);
  if (typeof row !== "object" || row === null || Array.isArray(row)) {
    return err([
      { path: where, rule: "must be one JSON object", got: text, next_step: "Use a Mooncake JSONL trace." },
    ]);
  }
  const { timestamp, input_length, output_length, hash_ids } = row as Record<string, unknown>;
  const problems: ConfigProblem[] = [];
  const check = (field: string, holds: boolean, rule: string, got: unknown, next_step: string): void => {
    if (!holds) problems.push({ path: `${where}: ${field}`, rule, got, next_step });
  };
  check(
    "timestamp",
    isTime(timestamp),
    "must be a number of ms from 0",
    timestamp,
    "Times count from the trace's start.",
  );
  const lengths_ok = isCount(input_length) && isCount(output_length);
  const length_rule = "must be a whole number of tokens, at least 1";
  check("input_length", isCount(input_length), length_rule, input_length, "Correct or remove the line.");
  check("output_length", isCount(output_length), length_rule, output_length, "Correct or remove the line.");
  const ids_ok = Array.isArray(hash_ids) && hash_ids.every(isHashId);
  check(
    "hash_ids",
    ids_ok,
    "must be a list of whole numbers from 0 to 2^32 − 2",
    hash_ids,
    "Correct or remove the line.",
  );
  if (lengths_ok && ids_ok) {
    const blocks = Math.ceil(input_length / block_tokens);
    const rule = `must have ${blocks} entries, ceil(${input_length} / ${block_tokens})`;
    const next_step = "Set workload.hash_block_tokens to the trace's block size, or correct the line.";
    check("hash_ids", hash_ids.length === blocks, rule, `${hash_ids.length} entries`, next_step);
  }
  if (problems.length > 0 || !isTime(timestamp) || !lengths_ok || !ids_ok) return err(problems);
  return ok({ timestamp_ms: timestamp, input_tokens: input_length, output_tokens: output_length, hash_ids });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

function isHashId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 32 - 1;
}
