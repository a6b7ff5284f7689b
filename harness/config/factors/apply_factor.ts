import { type ConfigTree, mergeTrees, treeOfPath } from "../config_tree.ts";
import type { Factor, FactorLevel } from "./factor.ts";

/** The configuration input with the factor at this level; nothing else changes. */
export function applyFactor(input: ConfigTree, factor: Factor, level: FactorLevel): ConfigTree {
  return mergeTrees(input, treeOfPath(factor.path, level.value));
}
