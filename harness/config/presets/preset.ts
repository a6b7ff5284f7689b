import type { ArmConfig } from "../arm_config.ts";

/** Settings of some configuration; the rest keeps its default. */
export type PartialSettings<T> = T extends readonly unknown[] | null | string | number | boolean
  ? T
  : { readonly [K in keyof T]?: PartialSettings<T[K]> };

/** A named starting point for `--profile`. */
export interface Preset {
  readonly name: string;
  /** Why it is as it is, in one line. */
  readonly reason: string;
  readonly input: PartialSettings<Omit<ArmConfig, "topology" | "seed">>;
}
