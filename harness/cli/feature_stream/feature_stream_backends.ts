// The factor feature_backend of the feature stream: `--ab feature_backend=shared_dir,store` compares its levels, `--backend` names one.

import type { FlagReader } from "../../config/flag_reader.ts";
import { suggestName } from "../../config/nearest_name.ts";
import { FEATURE_BACKENDS, type FeatureBackendKind } from "../../stack/feature/feature_backend.ts";

const FACTOR = "feature_backend";
const EXAMPLE = `Use for example --ab ${FACTOR}=shared_dir,store.`;

/** The levels to run, the baseline first; problems are reported to `flags`. */
export function readStreamBackends(flags: FlagReader): readonly FeatureBackendKind[] {
  const ab = flags.text("ab");
  if (ab === undefined) return [flags.choice("backend", FEATURE_BACKENDS) ?? "store"];
  if (flags.has("backend")) {
    const got = flags.text("backend");
    flags.report({ path: "--backend", rule: "must not go with --ab", got, next_step: EXAMPLE });
  }
  const [factor = "", levels, ...more] = ab.split("=");
  if (factor !== FACTOR || levels === undefined || more.length > 0) {
    const rule = `must be ${FACTOR}=<level>,<level>`;
    flags.report({ path: "--ab", rule, got: ab, next_step: EXAMPLE });
    return ["store"];
  }
  return readLevels(flags, levels.split(","));
}

function readLevels(flags: FlagReader, names: readonly string[]): readonly FeatureBackendKind[] {
  const path = `--ab ${FACTOR}`;
  const levels: FeatureBackendKind[] = [];
  for (const name of names) {
    const level = FEATURE_BACKENDS.find((known) => known === name);
    if (level !== undefined) levels.push(level);
    else {
      const next_step = suggestName(name, FEATURE_BACKENDS);
      flags.report({ path, rule: "must be one of the factor's levels", got: name, next_step });
    }
  }
  const is_comparison = names.length >= 2 && new Set(names).size === names.length;
  if (!is_comparison) {
    const rule = "must compare at least two levels, all different";
    flags.report({ path, rule, got: names.join(","), next_step: EXAMPLE });
  }
  return levels;
}
