// The report of `doctor` for a terminal: one fact a line, and the problems of the configuration in full.

import { type ConfigProblem, formatConfigProblem } from "../../config/config_problem.ts";
import type { LintFinding } from "../../config/kv_offload/kv_offload_lint.ts";
import { formatBytes } from "../../domain/units.ts";
import { formatGpuNic } from "../../launch/rdma/rdma_gpu_plan.ts";
import type { DoctorFacts, Fact, Space } from "./doctor_facts.ts";

export interface DoctorReport {
  readonly facts: DoctorFacts;
  /** Null: no file was given. */
  readonly config: {
    readonly path: string;
    readonly problems: readonly ConfigProblem[];
    readonly findings: readonly LintFinding[];
  } | null;
}

export function renderDoctor({ facts, config }: DoctorReport): string {
  const { host } = facts;
  return [
    line("cpu", `${host.cpu_cores} × ${host.cpu_model}`),
    line("memory", formatBytes(host.memory_bytes)),
    line("kernel", host.kernel),
    line("/dev/shm", describe(facts.shared_memory, describeSpace)),
    line("disk", describe(facts.disk, describeSpace)),
    line("disk path", describe(facts.disk_path_taken, String)),
    line("mooncake", describe(facts.mooncake, String)),
    ...rdmaLines(facts),
    line("to hosts", `${facts.network_path.path}: ${facts.network_path.why}`),
    ...configLines(config),
  ].join("\n");
}

function rdmaLines({ rdma_devices, gid_index, gpus, gpu_nic_plan }: DoctorFacts): string[] {
  if (rdma_devices.length === 0) {
    return [line("rdma", "n/a (no device under /sys/class/infiniband); use protocol tcp"), gpuLine(gpus)];
  }
  const devices = rdma_devices.map(({ name, bdf, numa_node, netdevs, ports }) => {
    const states = ports.map(({ port, active }) => `port ${port} ${active ? "active" : "down"}`);
    return line("rdma", `${name} ${bdf} numa ${numa_node} ${netdevs.join(",")} ${states.join(", ")}`);
  });
  const plan = (gpu_nic_plan?.rows ?? []).map((row) => line("gpu→nic", formatGpuNic(row)));
  const doubt = gpu_nic_plan?.sure === false ? [line("gpu→nic", "not sure: see the reasons above")] : [];
  const index = describe(gid_index, ({ index, counts }) => {
    const [v2_global, global, v2, all] = counts;
    return `MC_GID_INDEX=${index} (RoCE v2 not link-local ${v2_global}, not link-local ${global}, RoCE v2 ${v2}, all ${all})`;
  });
  return [...devices, line("gid", index), gpuLine(gpus), ...plan, ...doubt];
}

function gpuLine(gpus: DoctorFacts["gpus"]): string {
  return line(
    "gpu",
    describe(gpus, (rows) => rows.map(({ index, bdf }) => `${index} ${bdf}`).join(", ")),
  );
}

function configLines(config: DoctorReport["config"]): string[] {
  if (config === null) return [];
  const { path, problems, findings } = config;
  if (problems.length + findings.length === 0) return [line("config", `${path}: nothing to object to`)];
  return [
    line("config", `${path}: ${problems.length} errors, ${findings.length} warnings`),
    ...problems.map((problem) => `  error    ${formatConfigProblem(problem)}`),
    ...findings.map((finding) => `  warning  ${formatConfigProblem(finding)} [${finding.lint}]`),
  ];
}

function describe<T>(fact: Fact<T>, words: (value: T) => string): string {
  return fact.value === null ? `n/a (${"reason" in fact ? fact.reason : ""})` : words(fact.value);
}

function describeSpace({ path, free_bytes, total_bytes }: Space): string {
  return `${path}: ${formatBytes(free_bytes)} free of ${formatBytes(total_bytes)}`;
}

function line(name: string, text: string): string {
  return `${name.padEnd(10)} ${text}`;
}
