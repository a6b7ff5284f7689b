// The report of `doctor` for a terminal: one fact a line, and the problems of the configuration in full.

import { type ConfigProblem, formatConfigProblem } from "../../config/config_problem.ts";
import type { LintFinding } from "../../config/kv_offload/kv_offload_lint.ts";
import { formatBytes } from "../../domain/units.ts";
import type { DoctorFacts, Space } from "./doctor_facts.ts";
import { describeFact, factLine } from "./fact_line.ts";
import { rdmaLines } from "./rdma_lines.ts";

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
    factLine("cpu", `${host.cpu_cores} × ${host.cpu_model}`),
    factLine("memory", formatBytes(host.memory_bytes)),
    factLine("kernel", host.kernel),
    factLine("/dev/shm", describeFact(facts.shared_memory, describeSpace)),
    factLine("disk", describeFact(facts.disk, describeSpace)),
    factLine("disk path", describeFact(facts.disk_path_taken, String)),
    factLine("mooncake", describeFact(facts.mooncake, String)),
    ...rdmaLines(facts),
    ...configLines(config),
  ].join("\n");
}

function configLines(config: DoctorReport["config"]): string[] {
  if (config === null) return [];
  const { path, problems, findings } = config;
  if (problems.length + findings.length === 0) return [factLine("config", `${path}: nothing to object to`)];
  return [
    factLine("config", `${path}: ${problems.length} errors, ${findings.length} warnings`),
    ...problems.map((problem) => `  error    ${formatConfigProblem(problem)}`),
    ...findings.map((finding) => `  warning  ${formatConfigProblem(finding)} [${finding.lint}]`),
  ];
}

function describeSpace({ path, free_bytes, total_bytes }: Space): string {
  return `${path}: ${formatBytes(free_bytes)} free of ${formatBytes(total_bytes)}`;
}
