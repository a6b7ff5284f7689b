// Reads a command line flag by flag and collects every problem, so that a user sees all of them at once.

import { parseArgs } from "node:util";
import type { ConfigProblem } from "./config_problem.ts";
import { nearestName, suggestName } from "./nearest_name.ts";

/** A switch has no value, `value` one, `values` may be repeated. */
export type FlagKind = "switch" | "value" | "values";

export class FlagReader {
  readonly problems: ConfigProblem[] = [];
  /** Flag → its values in order; "" for a switch. */
  readonly #given = new Map<string, string[]>();
  readonly #positionals: string[] = [];
  readonly #kinds: ReadonlyMap<string, FlagKind>;

  constructor(argv: readonly string[], kinds: Readonly<Record<string, FlagKind>>) {
    this.#kinds = new Map(Object.entries(kinds));
    const options = Object.fromEntries(
      [...this.#kinds].map(([name, kind]) => [
        name,
        { type: kind === "switch" ? "boolean" : "string" } as const,
      ]),
    );
    // Not strict: its first complaint would hide the others.
    const { tokens } = parseArgs({
      args: [...argv],
      options,
      strict: false,
      allowPositionals: true,
      tokens: true,
    });
    for (const token of tokens) {
      if (token.kind === "positional") this.#positionals.push(token.value);
      if (token.kind === "option") this.#readFlag(token.name, token.rawName, token.value);
    }
  }

  report(problem: ConfigProblem): void {
    this.problems.push(problem);
  }

  has(name: string): boolean {
    return this.#given.has(name);
  }

  texts(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  text(name: string): string | undefined {
    return this.texts(name).at(-1);
  }

  /** The one positional argument; "" and a problem when there is not exactly one. */
  onlyPositional(name: string, next_step: string): string {
    const [first = "", ...rest] = this.#positionals;
    if (first === "") this.report({ path: name, rule: "must be given", got: undefined, next_step });
    if (rest.length > 0)
      this.report({ path: name, rule: "must be the only argument", got: this.#positionals, next_step });
    return first;
  }

  /** Reports positional arguments, which the rule forbids. */
  noPositional(rule: string): void {
    for (const got of this.#positionals)
      this.report({ path: got, rule, got, next_step: "Leave it out, or see --help." });
  }

  choice<T extends string>(name: string, known: readonly T[]): T | undefined {
    const text = this.text(name);
    const choice = known.find((candidate) => candidate === text);
    if (text !== undefined && choice === undefined) {
      this.report({
        path: `--${name}`,
        rule: "must be a known name",
        got: text,
        next_step: suggestName(text, known),
      });
    }
    return choice;
  }

  integer(name: string, min: number): number | undefined {
    return this.#number(
      name,
      (value) => Number.isSafeInteger(value) && value >= min,
      `an integer of ${min} or more`,
    );
  }

  positive(name: string): number | undefined {
    return this.#number(name, (value) => Number.isFinite(value) && value > 0, "a number above 0");
  }

  atLeast(name: string, min: number): number | undefined {
    return this.#number(
      name,
      (value) => Number.isFinite(value) && value >= min,
      `a number of ${min} or more`,
    );
  }

  #number(name: string, valid: (value: number) => boolean, what: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (valid(value)) return value;
    this.report({
      path: `--${name}`,
      rule: `must be ${what}`,
      got: text,
      next_step: `Use for example --${name} 2.`,
    });
    return undefined;
  }

  #readFlag(name: string, raw_name: string, value: string | undefined): void {
    const kind = this.#kinds.get(name);
    const values = this.#given.get(name) ?? [];
    const rule = brokenRule(kind, values, value);
    if (rule === null) {
      this.#given.set(name, [...values, value ?? ""]);
      return;
    }
    const nearest = kind === undefined ? nearestName(name, [...this.#kinds.keys()]) : undefined;
    this.report({
      path: raw_name,
      rule,
      got: value ?? raw_name,
      next_step: nearest === undefined ? "See --help." : `Did you mean --${nearest}? See --help.`,
    });
  }
}

function brokenRule(
  kind: FlagKind | undefined,
  earlier: readonly string[],
  value: string | undefined,
): string | null {
  if (kind === undefined) return "is not an option";
  if (kind === "switch") return value === undefined ? null : "must stand alone";
  if (value === undefined || value.startsWith("--")) return "must have a value";
  return kind === "value" && earlier.length > 0 ? "must be given once" : null;
}
