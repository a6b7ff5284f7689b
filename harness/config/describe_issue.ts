// A schema's issue in the words of a ConfigProblem.

import type { z } from "zod";
import type { ConfigProblem } from "./config_problem.ts";
import { valueAtPath } from "./config_tree.ts";
import { nearestName, suggestName } from "./nearest_name.ts";
import { WORKLOAD_NAMES } from "./workload_schema.ts";

type Issue = z.core.$ZodIssue;
type Wording = Pick<ConfigProblem, "rule" | "next_step">;

/** One problem, or one per unknown key. `known_keys` are the settings at the issue's path. */
export function describeIssue(issue: Issue, input: unknown, known_keys: readonly string[]): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey([...issue.path, key], input, known_keys));
  }
  const got = valueAtPath(input, issue.path);
  const path = issue.path.length === 0 ? "config" : issue.path.join(".");
  return [{ path, got, ...(got === undefined ? wordMissing(path) : wordIssue(issue, got)) }];
}

function unknownKey(path: readonly PropertyKey[], input: unknown, known: readonly string[]): ConfigProblem {
  const parent = path.slice(0, -1);
  const nearest = nearestName(String(path.at(-1)), known);
  return {
    path: path.join("."),
    rule: "is not a setting",
    got: valueAtPath(input, path),
    next_step:
      nearest === undefined
        ? `Settings here are ${known.join(", ")}.`
        : `Did you mean ${[...parent, nearest].join(".")}?`,
  };
}

function wordMissing(path: string): Wording {
  const next_step =
    path === "workload.trace" ? "Name the trace file with --trace FILE." : `Give a value for ${path}.`;
  return { rule: "must be given", next_step };
}

function wordIssue(issue: Issue, got: unknown): Wording {
  switch (issue.code) {
    case "invalid_type":
      return wordType(issue.expected);
    case "invalid_value":
      return wordChoice(got, issue.values.map(String));
    case "invalid_union":
      return wordChoice(got, WORKLOAD_NAMES);
    case "too_small":
      return wordBound(issue.origin, issue.inclusive === false ? "above" : "at least", issue.minimum);
    case "too_big":
      return wordBound(issue.origin, issue.inclusive === false ? "below" : "at most", issue.maximum);
    default:
      return { rule: "must be valid", next_step: `${issue.message}.` };
  }
}

function wordType(expected: string): Wording {
  switch (expected) {
    case "int":
    case "number":
      return {
        rule: expected === "int" ? "must be an integer" : "must be a number",
        next_step: 'Write digits; a size may have a unit, such as "64MiB".',
      };
    case "boolean":
      return { rule: "must be true or false", next_step: "Use true or false." };
    case "object":
      return { rule: "must be a group of settings", next_step: "Set one of its settings by its full path." };
    default:
      return { rule: `must be a ${expected}`, next_step: `Write a ${expected}.` };
  }
}

function wordChoice(got: unknown, choices: readonly string[]): Wording {
  return { rule: "must be a known name", next_step: suggestName(got, choices) };
}

function wordBound(origin: string, bound: string, limit: number | bigint): Wording {
  if (origin === "string") return { rule: "must not be empty", next_step: "Write a name." };
  return { rule: `must be ${bound} ${limit}`, next_step: `Choose a value ${bound} ${limit}.` };
}
