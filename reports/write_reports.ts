// Every report of a run, as files for its directory. Pure: the command line writes them.

import { renderHtml } from "./html_report.ts";
import { renderMarkdown } from "./markdown_report.ts";
import { metricsCsv } from "./metrics_csv.ts";
import { prometheusSummary } from "./prometheus_summary.ts";
import type { ReportInput } from "./report_input.ts";
import { requestsCsv } from "./requests_csv.ts";
import { vllmBenchJson } from "./vllm_bench_json.ts";

export interface ReportFile {
  /** Relative to the run directory; no folders. */
  readonly file_name: string;
  readonly text: string;
}

export function renderAll(input: ReportInput): ReportFile[] {
  return [
    { file_name: "report.html", text: renderHtml(input) },
    { file_name: "report.md", text: renderMarkdown(input) },
    { file_name: "requests.csv", text: requestsCsv(input.records) },
    { file_name: "metrics.csv", text: metricsCsv(input.summary) },
    { file_name: "summary.prom", text: prometheusSummary(input.summary) },
    ...vllmBenchFiles(input),
  ];
}

/** Numbered, as two arms' names may differ only in what a file name cannot hold. */
function vllmBenchFiles(input: ReportInput): ReportFile[] {
  return input.summary.arms.flatMap(({ name }, index) => {
    const text = vllmBenchJson(input, name);
    const safe = name.replaceAll(/[^A-Za-z0-9._+=-]/g, "_").slice(0, 100);
    return text === null ? [] : [{ file_name: `vllm_bench.${index}.${safe}.json`, text }];
  });
}
