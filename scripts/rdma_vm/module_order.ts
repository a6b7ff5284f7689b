// In which order a kernel's modules are loaded.

import { err, ok, type Result } from "../../harness/domain/result.ts";

/**
 * Paths of the modules called `names` and of what they depend on, each behind what it needs, once. `dependencies` is modules.dep
 * ("path: path path"), `built_in` modules.builtin (a path a line), which need no loading.
 */
export function moduleOrder(
  names: readonly string[],
  dependencies: string,
  built_in: string,
): Result<readonly string[], string> {
  const needs = new Map<string, readonly string[]>();
  for (const line of dependencies.trim().split("\n")) {
    const [path = "", rest = ""] = line.split(":");
    needs.set(path, rest.trim().split(/\s+/).filter(Boolean));
  }
  const order = new Set<string>();
  const add = (path: string): void => {
    for (const needed of needs.get(path) ?? []) add(needed);
    order.add(path);
  };
  for (const name of names) {
    const path = [...needs.keys()].find((candidate) => candidate.endsWith(`/${name}.ko`));
    if (path !== undefined) add(path);
    else if (!built_in.includes(`/${name}.ko`)) return err(`the kernel has no module ${name}`);
  }
  return ok([...order]);
}
