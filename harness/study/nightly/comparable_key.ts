import type { HostFacts } from "../../measure/manifest.ts";

/** Same configuration, runtime and kind of host: nights with equal keys may be compared. The kernel may be updated. */
export function comparableKey(config: object, runtime: string, { cpu_model, cpu_cores }: HostFacts): string {
  const content = JSON.stringify([config, runtime, runtime === "sim" ? null : [cpu_model, cpu_cores]]);
  return new Bun.CryptoHasher("sha256").update(content).digest("hex").slice(0, 16);
}
