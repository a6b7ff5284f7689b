// `--config FILE`: part of an arm's configuration as YAML or JSON (which YAML includes).

import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { err, ok, type Result } from "../domain/result.ts";
import type { ConfigProblem } from "./config_problem.ts";
import { type ConfigTree, isConfigTree } from "./config_tree.ts";

export function readConfigFile(path: string): Result<ConfigTree, ConfigProblem> {
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(path, "utf8"));
  } catch (error) {
    // The parser and the operating system both say in their first line what and where.
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return err({
      path: "--config",
      rule: `must be a readable YAML or JSON file (${reason})`,
      got: path,
      next_step: "Name a file that exists and parses.",
    });
  }
  if (isConfigTree(parsed)) return ok(parsed);
  return err({
    path: "--config",
    rule: "must hold a group of settings",
    got: path,
    next_step: "Write settings such as `store: {tiers: hbm}`.",
  });
}
