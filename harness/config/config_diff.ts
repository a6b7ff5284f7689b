// What differs between the configurations of several arms. A comparison is only about its factor when nothing else does.

import { type ConfigTree, isConfigTree } from "./config_tree.ts";

export interface ConfigDifference {
  readonly path: string;
  /** [arms], in their order; undefined where an arm has no such setting. */
  readonly values: readonly unknown[];
}

/** Every setting that is not the same in all, in the order of the first configuration. */
export function configDifferences(configs: readonly object[]): ConfigDifference[] {
  const settings = configs.map((config) => new Map(leafSettings({ ...config }, "")));
  const paths = new Set(settings.flatMap((one) => [...one.keys()]));
  return [...paths]
    .map((path) => ({ path, values: settings.map((one) => one.get(path)) }))
    .filter(({ values }) => values.some((value) => JSON.stringify(value) !== JSON.stringify(values[0])));
}

/** Differences outside the declared path; any of them refuses the comparison. Null declares none. */
export function unexpectedDifferences(
  configs: readonly object[],
  declared_path: string | null,
): ConfigDifference[] {
  return configDifferences(configs).filter(({ path }) => path !== declared_path);
}

/** Arrays and nulls are leaves. */
function leafSettings(tree: ConfigTree, prefix: string): [string, unknown][] {
  return Object.entries(tree).flatMap(([key, value]): [string, unknown][] =>
    isConfigTree(value) ? leafSettings(value, `${prefix}${key}.`) : [[`${prefix}${key}`, value]],
  );
}
