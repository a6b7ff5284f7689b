// Raw configuration before it is parsed: nested plain objects from presets, files, flags and `--set`. All functions
// leave their arguments as they are.

export type ConfigTree = { readonly [key: string]: unknown };

export function isConfigTree(value: unknown): value is ConfigTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `over` on top of `base`, object by object. An `over` that names another workload replaces the workload whole. */
export function mergeTrees(base: ConfigTree, over: ConfigTree): ConfigTree {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    const deep = isConfigTree(below) && isConfigTree(value) && !renames(key, below, value);
    merged[key] = deep ? mergeTrees(below, value) : value;
  }
  return merged;
}

/** The fields of one workload mean nothing to another. */
function renames(key: string, below: ConfigTree, value: ConfigTree): boolean {
  return (
    key === "workload" && value["name"] !== undefined && value["name"] !== (below["name"] ?? "multi_turn")
  );
}

/** `{ [a]: { [b]: value } }` of `a.b`. */
export function treeOfPath(path: string, value: unknown): ConfigTree {
  const [head = "", ...rest] = path.split(".");
  return { [head]: rest.length === 0 ? value : treeOfPath(rest.join("."), value) };
}

/** Undefined when nothing is there. */
export function valueAtPath(tree: unknown, path: readonly PropertyKey[]): unknown {
  let value = tree;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
