// What was run, where, and with what: enough to run it again.

import { formatBytes } from "../../harness/domain/units.ts";
import type { Manifest } from "../../harness/measure/manifest.ts";
import { cell, left, type ReportTable } from "./report_table.ts";

export function factsTable(manifest: Manifest): ReportTable {
  const { versions, host, seeds } = manifest;
  const facts: readonly (readonly [string, string])[] = [
    ["command", manifest.argv.join(" ")],
    ["started_at", manifest.started_at],
    ["finished_at", manifest.finished_at ?? "n/a (did not finish)"],
    ["status", manifest.reason === null ? manifest.status : `${manifest.status}: ${manifest.reason}`],
    ["seeds", `base ${seeds.base}; pairs ${seeds.pairs.join(", ")}`],
    ["tierbench", `${versions.tierbench}, ${describeGit(versions)}`],
    ["bun", versions.bun],
    ["host", `${host.cpu_cores} × ${host.cpu_model}, ${formatBytes(host.memory_bytes)}, ${host.kernel}`],
  ];
  return {
    title: "The run",
    columns: [left("what"), left("value")],
    rows: facts.map(([what, value]) => [cell(what), cell(value)]),
  };
}

function describeGit({ git_head, git_dirty }: Manifest["versions"]): string {
  if (git_head === null) return "git n/a (not a checkout)";
  const state = git_dirty === null ? "state unknown" : git_dirty ? "with local changes" : "clean";
  return `git ${git_head.slice(0, 12)} (${state})`;
}
