// Facts of this machine, for the manifest.

import { cpus, release, totalmem, type } from "node:os";
import type { HostFacts } from "./manifest.ts";

export function readHostFacts(): HostFacts {
  const cores = cpus();
  return {
    cpu_model: cores[0]?.model ?? "unknown",
    cpu_cores: cores.length,
    memory_bytes: totalmem(),
    kernel: `${type()} ${release()}`,
  };
}
