// `bun run calibrate --published`: the fit of the engine model to published TTFTs, as a table.

import { cell, left, type ReportTable, right } from "../../../reports/tables/report_table.ts";
import { makePaint } from "../../../reports/terminal/ansi.ts";
import { terminalTable } from "../../../reports/terminal/terminal_table.ts";
import { formatChange } from "../../../reports/wording/format_value.ts";
import { findGpuProfile } from "../../config/profiles/gpus.ts";
import { findModelProfile } from "../../config/profiles/models.ts";
import { assert } from "../../domain/assert.ts";
import { fitPublishedTtft } from "../../sim/published_ttft.ts";

const WIDTH = 100;

export function renderPublishedFit(): string {
  const model = findModelProfile("qwen3-8b");
  const gpu = findGpuProfile("h800x8");
  assert(model.ok && gpu.ok, "the published run's profiles are known");
  const fit = fitPublishedTtft(model.value, gpu.value);
  const table: ReportTable = {
    title: "Qwen3-8B on 8 × H800, one prefill engine, concurrency 1",
    columns: [right("prompt_tokens"), right("published"), right("model"), right("error"), left("used for")],
    rows: fit.points.map(({ prompt_tokens, ttft_ms, model_ms, error_pct, fitted }) => [
      cell(String(prompt_tokens)),
      cell(`${ttft_ms.toFixed(2)} ms`),
      cell(`${model_ms.toFixed(2)} ms`),
      cell(formatChange(error_pct, "percent")),
      cell(fitted ? "fitting" : "checking"),
    ]),
  };
  const checked = fit.points.filter((point) => !point.fitted).map((point) => Math.abs(point.error_pct));
  return [
    terminalTable(table, WIDTH, makePaint(false)),
    `fitted: ${fit.fixed_ms.toFixed(1)} ms fixed, ${fit.us_per_token.toFixed(1)} µs a token outside the GPU, ${(100 * fit.compute_efficiency).toFixed(0)} % of the peak`,
    `on the points held out: mean error ${(checked.reduce((a, b) => a + b, 0) / checked.length).toFixed(1)} %, largest ${Math.max(...checked).toFixed(1)} %`,
  ].join("\n");
}
