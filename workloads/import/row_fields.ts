// The fields of one record, checked as they are taken. All problems of a record are found, each with file, line, field,
// rule, what was there and what to do. A field with a problem reads as a stand-in that the caller never uses.

import type { ConfigProblem } from "../../harness/config/config_problem.ts";
import { NS_PER_S } from "../../harness/domain/units.ts";

const CORRECT = "Correct or remove the line, or use --on-error skip.";
/** Longest trace that ns in a safe integer can time: 104 days. */
const MAX_S: number = Math.floor(Number.MAX_SAFE_INTEGER / NS_PER_S);

export class RowFields {
  readonly problems: ConfigProblem[];
  readonly #where: string;
  readonly #fields: Readonly<Record<string, unknown>>;

  /** `where`: `<file>:<line>`. `problems`: where to add to, when not a list of its own. */
  constructor(where: string, fields: Readonly<Record<string, unknown>>, problems: ConfigProblem[] = []) {
    this.#where = where;
    this.#fields = fields;
    this.problems = problems;
  }

  /** The fields of an object inside; its problems count here. */
  section(field: string): RowFields {
    const value = this.#fields[field];
    const is_object = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!is_object) this.problem(field, "must be an object", value);
    return new RowFields(`${this.#where}: ${field}`, is_object ? { ...value } : {}, this.problems);
  }

  has(field: string): boolean {
    return this.#fields[field] !== undefined && this.#fields[field] !== null;
  }

  problem(field: string, rule: string, got: unknown, next_step: string = CORRECT): void {
    this.problems.push({ path: `${this.#where}: ${field}`, rule, got, next_step });
  }

  /** Tokens: a whole number, at least `min`. CSV fields are digits. */
  tokens(field: string, min = 1): number {
    const value = numberOf(this.#fields[field]);
    if (value !== null && Number.isSafeInteger(value) && value >= min) return value;
    this.problem(field, `must be a whole number of tokens, at least ${min}`, this.#fields[field]);
    return min;
  }

  /** A time or a pause in units of `unit_ns`, as whole ns. */
  time_ns(field: string, unit_ns: number): number {
    const value = numberOf(this.#fields[field]);
    if (value !== null && value >= 0 && value * unit_ns <= MAX_S * NS_PER_S)
      return Math.round(value * unit_ns);
    const unit = unit_ns === NS_PER_S ? "s" : "ms";
    this.problem(
      field,
      `must be a number of ${unit} from 0, counted from the trace's start`,
      this.#fields[field],
    );
    return 0;
  }

  /** A number, at least `min`; not a time and not tokens. */
  number(field: string, min: number): number {
    const value = numberOf(this.#fields[field]);
    if (value !== null && value >= min) return value;
    this.problem(field, `must be a number, at least ${min}`, this.#fields[field]);
    return min;
  }

  /** [ceil(input_tokens / block_tokens)] */
  hashIds(field: string, input_tokens: number, block_tokens: number): readonly number[] {
    const ids = this.#fields[field];
    if (!Array.isArray(ids) || !ids.every(isHashId)) {
      this.problem(field, "must be a list of whole numbers from 0 to 2^53 − 1", ids);
      return [];
    }
    const blocks = Math.ceil(input_tokens / block_tokens);
    if (ids.length !== blocks) {
      const rule = `must have ${blocks} entries, ceil(${input_tokens} / ${block_tokens})`;
      const next_step = "Name the file's block size with --block-tokens, or correct the line.";
      this.problem(field, rule, `${ids.length} entries`, next_step);
    }
    return ids;
  }

  text(field: string): string {
    const value = this.#fields[field];
    if (typeof value === "string") return value;
    this.problem(field, "must be a text", value);
    return "";
  }

  /** A name: text or whole number, as text. */
  id(field: string): string {
    const value = this.#fields[field];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
    this.problem(field, "must be a name: a text or a whole number", value);
    return "";
  }
}

function numberOf(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || value.trim() === "") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function isHashId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
