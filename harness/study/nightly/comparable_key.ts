// Which nights may be compared: those of the same settings, runtime and kind of host. Settings at their default are left out,
// because defaults belong to the build: a build that knows a new setting, or that changes a default, is the same scenario of
// another build, and what it does to the figures is what a nightly is for. The kernel may be updated.

import { parseArmConfig } from "../../config/arm_schema.ts";
import { configDifferences } from "../../config/config_diff.ts";
import type { HostFacts } from "../../measure/manifest.ts";

/** `config`: an arm's whole configuration, of this build or of an earlier one. */
export function comparableKey(
  config: { readonly topology?: unknown },
  runtime: string,
  { cpu_model, cpu_cores }: HostFacts,
): string {
  const host = runtime === "sim" ? null : [cpu_model, cpu_cores];
  const content = JSON.stringify([config.topology, chosenSettings(config), runtime, host]);
  return new Bun.CryptoHasher("sha256").update(content).digest("hex").slice(0, 16);
}

/** [path, value] of every setting that is not at this build's default, by path; all, where the defaults alone cannot be run. */
function chosenSettings(config: { readonly topology?: unknown }): (readonly [string, unknown])[] {
  const defaults = parseArmConfig({ topology: config.topology });
  return configDifferences([defaults.ok ? defaults.value : {}, config])
    .flatMap(({ path, values: [, chosen] }) => (chosen === undefined ? [] : [[path, chosen] as const]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
