import { expect, test } from "bun:test";
import { FIXTURE_CASES } from "./fixture/fixture_cases.ts";
import { renderHtml } from "./html_report.ts";
import { reportFixture } from "./report_fixture.ts";

interface PageFacts {
  /** Values of attributes that a browser would load from, or run. */
  readonly loads: string[];
  readonly tags: Map<string, number>;
  readonly ids: string[];
  /** Text of each drawing, by its label. */
  readonly drawings: { readonly label: string; readonly texts: string[] }[];
}

function readPage(page: string): PageFacts {
  const facts: PageFacts = { loads: [], tags: new Map(), ids: [], drawings: [] };
  const loading = ["src", "href", "xlink:href", "srcset", "action", "data", "poster"];
  new HTMLRewriter()
    .on("*", {
      element(element) {
        facts.tags.set(element.tagName, (facts.tags.get(element.tagName) ?? 0) + 1);
        for (const [name, value] of element.attributes) {
          if (loading.includes(name) || name.startsWith("on")) facts.loads.push(`${name}=${value}`);
          if (name === "id") facts.ids.push(value);
        }
      },
    })
    .on("svg", {
      element(element) {
        facts.drawings.push({ label: element.getAttribute("aria-label") ?? "", texts: [] });
      },
    })
    .on("svg text", {
      text({ text }) {
        if (text !== "") facts.drawings.at(-1)?.texts.push(text);
      },
    })
    .transform(page);
  return facts;
}

for (const [name, options] of Object.entries(FIXTURE_CASES)) {
  const page = renderHtml(reportFixture(options));
  const facts = readPage(page);

  test(`${name}: opens offline: nothing is loaded, no script runs`, () => {
    expect(facts.loads.filter((load) => !/^href=(#[a-z]+|data:,)$/.test(load))).toEqual([]);
    expect(page).not.toMatch(/url\((?!#)|@import|<script/i);
    expect(facts.tags.has("script")).toBe(false);
  });

  test(`${name}: every drawing is labelled and has an axis with a unit`, () => {
    const bare = facts.drawings.filter(
      ({ label, texts }) =>
        label.length < 10 ||
        !texts.some((text) => /\((ms|ms, logarithmic|s|%|percentage points|count)\)$/.test(text)),
    );
    expect(bare).toEqual([]);
  });

  test(`${name}: no name is given to two elements, and what is opened is closed`, () => {
    expect(facts.ids.filter((id, i) => facts.ids.indexOf(id) !== i)).toEqual([]);
    for (const tag of ["table", "tr", "td", "details", "figure", "section", "svg", "ul"]) {
      const opened = page.match(new RegExp(`<${tag}[ >]`, "g"))?.length ?? 0;
      expect(page.match(new RegExp(`</${tag}>`, "g"))?.length ?? 0).toBe(opened);
    }
  });
}

test("verdict and validity come first, then what was real and what was modelled", () => {
  const page = renderHtml(reportFixture());
  const order = ['class="banner"', 'class="finding"', "What was real", "What was modelled", "<main>"];
  const places = order.map((mark) => page.indexOf(mark));
  expect(Math.min(...places)).toBeGreaterThan(0);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test("two arms have all charts, in a wide and a narrow drawing", () => {
  const { drawings, ids } = readPage(renderHtml(reportFixture()));
  const charts = [
    "forest-0-percent",
    "forest-0-points",
    "cdf-ttft-ms",
    "cdf-e2el-ms",
    "stages",
    "tiers",
    "in-flight",
    "queues",
    "occupancy",
  ];
  expect(charts.filter((id) => !ids.includes(id))).toEqual([]);
  expect(drawings).toHaveLength(2 * charts.length);
});

test("ten arms are all named in every chart of arms", () => {
  const input = reportFixture(FIXTURE_CASES["ten_arms"]);
  const { drawings } = readPage(renderHtml(input));
  const stages = drawings.filter(({ label }) => label.startsWith("Where TTFT goes"));
  expect(stages).toHaveLength(2);
  for (const { texts } of stages) {
    const drawn = texts.join("");
    const levels = input.summary.arms.map((arm) => arm.name.replace("tiers=", ""));
    expect(levels.filter((level) => !drawn.includes(level))).toEqual([]);
  }
});

test("an invalid run says so in the title and at the top, with its reasons", () => {
  const page = renderHtml(reportFixture({ invalid: true }));
  expect(page).toContain("<title>INVALID: ");
  expect(page.indexOf("errors are at most 1 %")).toBeLessThan(page.indexOf("<main>"));
});

test("charts without data are said to be missing, with the reason", () => {
  const page = renderHtml(reportFixture({ missing: true }));
  expect(readPage(page).drawings).toEqual([]);
  expect(page).toContain("n/a (no request has finished)");
});

test("hostile names are text, in tables, drawings and tips", () => {
  const page = renderHtml(reportFixture(FIXTURE_CASES["hostile"]));
  expect(page).not.toContain("<script>alert");
  expect(page).not.toContain("\u001b");
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("points of a drawing have tips", () => {
  expect(renderHtml(reportFixture())).toMatch(/<title>local: p90 [\d.]+ ms<\/title>/);
});

test("the same run makes the same page", () => {
  expect(renderHtml(reportFixture())).toBe(renderHtml(reportFixture()));
});
