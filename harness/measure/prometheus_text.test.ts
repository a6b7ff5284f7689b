import { expect, test } from "bun:test";
import { parsePrometheusText, type Samples } from "./prometheus_text.ts";

function parse(text: string): Samples {
  const parsed = parsePrometheusText(text);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

test("series are found by name and labels, whatever the order of the labels", () => {
  const samples = parse(
    [
      "# HELP hits cached tokens",
      "# TYPE hits counter",
      'hits{tier="cpu",engine="prefill-0"} 128',
      'hits{engine="prefill-1", tier="cpu"} 64 1700000000000',
      'hits{engine="prefill-0",tier="disk",} 1e3',
      "mem_cache_hit_nums_ 7",
      "",
    ].join("\n"),
  );
  expect(samples.value("hits", { engine: "prefill-0", tier: "cpu" })).toBe(128);
  expect(samples.value("mem_cache_hit_nums_")).toBe(7);
  expect(samples.sum("hits", { tier: "cpu" })).toBe(192);
  expect(samples.sum("hits")).toBe(1192);
});

test("a series that is not there is undefined, not 0; value wants exactly the labels", () => {
  const samples = parse('hits{tier="cpu"} 1');
  expect(samples.value("hits")).toBeUndefined();
  expect(samples.value("misses")).toBeUndefined();
  expect(samples.sum("hits", { tier: "disk" })).toBeUndefined();
  expect(samples.has("hits")).toBe(true);
});

test("label values unescape, and may hold braces, commas and equals signs", () => {
  const samples = parse('bytes{segment="a\\"b\\\\c\\nd",path="x{y=1},z"} 5');
  expect(samples.value("bytes", { path: "x{y=1},z", segment: 'a"b\\c\nd' })).toBe(5);
});

test("infinities and NaN are read as such", () => {
  const samples = parse('le_bucket{le="+Inf"} +Inf\nlow -Inf\nnone NaN');
  expect(samples.value("le_bucket", { le: "+Inf" })).toBe(Number.POSITIVE_INFINITY);
  expect(samples.value("low")).toBe(Number.NEGATIVE_INFINITY);
  expect(samples.value("none")).toBeNaN();
});

test.each(["hits{tier=cpu} 1", 'hits{tier="cpu} 1', "hits", "hits one", "9hits 1"])(
  "%s is an error with its line",
  (line) => {
    const parsed = parsePrometheusText(`ok 1\n${line}\n`);
    expect(parsed).toEqual({ ok: false, error: { code: "malformed_metrics", line: 2, detail: line } });
  },
);
