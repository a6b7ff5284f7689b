// A schema's issue with an offload configuration, in the words of a ConfigProblem.

import type { z } from "zod";
import type { ConfigProblem } from "../config_problem.ts";
import { isConfigTree, valueAtPath } from "../config_tree.ts";
import { suggestName } from "../nearest_name.ts";
import { OFFLOAD_TEXTS } from "./kv_offload_checks.ts";

const OFFLOAD_PATH = "inference.kv_cache_offload";

/** Settings that earlier versions had, and what became of them. */
const REMOVED = new Map([
  [`${OFFLOAD_PATH}.disk.num_bytes`, "The disk tier takes what its file system has; remove the setting."],
  [`${OFFLOAD_PATH}.metadata_server`, "The launcher derives it from the head node; remove the setting."],
  [
    `${OFFLOAD_PATH}.master_server_address`,
    "The launcher derives it from the head node; remove the setting.",
  ],
]);

export function describeOffloadIssue(issue: z.core.$ZodIssue, input: unknown): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => describeUnknown([...issue.path, key].join("."), input));
  }
  const path = issue.path.length === 0 ? "config" : issue.path.join(".");
  const got = valueAtPath(input, issue.path);
  if (issue.code === "invalid_union") return [describeType(input)];
  if (path === `${OFFLOAD_PATH}.cpu` && !isConfigTree(got)) {
    const next_step = `${OFFLOAD_TEXTS.cpu_tier} Add cpu: {num_bytes: 64GiB}.`;
    return [{ path, rule: "must be given", got, next_step }];
  }
  if (path === `${OFFLOAD_PATH}.cpu.num_bytes`) {
    const next_step = "Write bytes as digits, or a text such as 64GiB.";
    return [{ path, rule: "must be a size above 0", got, next_step }];
  }
  if (issue.code === "invalid_value") {
    const next_step = suggestName(got, issue.values.map(String));
    return [{ path, rule: "must be a known name", got, next_step }];
  }
  return [{ path, rule: "must be valid", got, next_step: `${issue.message}.` }];
}

function describeType(input: unknown): ConfigProblem {
  const path = `${OFFLOAD_PATH}.type`;
  const got = valueAtPath(input, path.split("."));
  const rule = "must name the backend (union tag not found)";
  return { path, rule, got, next_step: suggestName(got, ["native", "mooncake"]) };
}

function describeUnknown(path: string, input: unknown): ConfigProblem {
  const removed = REMOVED.get(path);
  return {
    path,
    rule: removed === undefined ? "is not a setting" : "is not a setting any more",
    got: valueAtPath(input, path.split(".")),
    next_step: removed ?? "Remove it, or see the JSON Schema that doctor --schema prints.",
  };
}
