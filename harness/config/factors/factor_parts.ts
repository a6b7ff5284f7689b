// What the entries of the registry have in common.

import type { FactorLevel } from "./factor.ts";

export const COMMON = { aliases: {}, unavailable: {} } as const;

export const ON_OFF: readonly FactorLevel[] = [
  { name: "off", value: false },
  { name: "on", value: true },
];
export const ON_OFF_ALIASES = { false: "off", true: "on" } as const;

/** Levels whose names are their values. */
export function named(names: readonly string[]): FactorLevel[] {
  return names.map((name) => ({ name, value: name }));
}
