// A chart as one inline SVG: ECharts draws it, then what only serves ECharts' own script is taken out, ids are made unique on
// the page, and each drawn item gets its tip as <title>.

import { init } from "echarts";
import { escapeHtml, withoutControls } from "../html/escape_html.ts";
import { CHART_WIDTH_PX, type Chart, type ChartSize } from "./chart.ts";

export function drawChart(chart: Chart, size: ChartSize): string {
  const { height_px, option, tips } = chart.draw(size);
  const width_px = CHART_WIDTH_PX[size];
  const drawing = init(null, null, { renderer: "svg", ssr: true, width: width_px, height: height_px });
  drawing.setOption({ animation: false, textStyle: { fontFamily: "inherit" }, ...option });
  const svg = withoutControls(drawing.renderToSVGString());
  // A drawing that is not disposed keeps the process alive.
  drawing.dispose();
  const label = `role="img" aria-label="${escapeHtml(`${chart.title}. ${chart.description}`)}"`;
  return addTips(strip(svg), tips)
    .replace(/<svg [^>]*>/, `<svg viewBox="0 0 ${width_px} ${height_px}" class="${size}" ${label}>`)
    .replaceAll(/zr\d+-/g, `${chart.id}-${size}-`);
}

function strip(svg: string): string {
  return svg
    .replaceAll(/<style\b[\s\S]*?<\/style>/g, "")
    .replaceAll(/ (?:class|pointer-events|ecmeta_ssr_type|xml:space|style)="[^"]*"/g, (attribute) =>
      attribute.startsWith(" style=") ? keepStyle(attribute) : "",
    )
    .replaceAll(/\n+/g, "\n");
}

/** Font size and weight; the family is the page's. */
function keepStyle(attribute: string): string {
  return attribute.replaceAll(/font-family:[^;"]*;?/g, "").replace(/^ style=""$/, "");
}

/** Items carry the index of their series and of their data, which become a tip and go. */
function addTips(svg: string, tips: readonly (readonly string[])[]): string {
  const item = /<(\w+)([^>]*?) ecmeta_series_index="(\d+)"(?: ecmeta_data_index="(\d+)")?([^>]*)><\/\1>/g;
  return svg
    .replaceAll(item, (_, tag: string, before: string, series: string, data: string, after: string) => {
      const tip = tips[Number(series)]?.[Number(data)];
      const title = tip === undefined ? "" : `<title>${escapeHtml(tip)}</title>`;
      return `<${tag}${before}${after}>${title}</${tag}>`;
    })
    .replaceAll(/ ecmeta_\w+="[^"]*"/g, "");
}
