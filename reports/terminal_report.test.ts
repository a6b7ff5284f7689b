import { expect, test } from "bun:test";
import { FIXTURE_CASES } from "./fixture/fixture_cases.ts";
import { reportFixture } from "./report_fixture.ts";
import { renderTerminal } from "./terminal_report.ts";

const PLAIN = { colours: false, run_path: "runs/x" };
const ESCAPE = "\u001b";

for (const [name, options] of Object.entries(FIXTURE_CASES)) {
  test(`${name} fits 100 columns, and without colours has no escape sequence`, () => {
    const text = renderTerminal(reportFixture(options), PLAIN);
    const wide = text.split("\n").filter((line) => line.length > 100);
    expect(wide).toEqual([]);
    expect(text).not.toContain(ESCAPE);
    expect(text).toContain("runs/x");
  });
}

test("verdict and validity come first, then what was real and modelled", () => {
  const text = renderTerminal(reportFixture(), PLAIN);
  const order = ["VALID:", "better.", "Real:", "Modelled:", "Latency (ms)", "Hits by tier", "Ledger:"];
  const places = order.map((word) => text.indexOf(word));
  expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});

test("an invalid run opens with a banner and its reasons", () => {
  const lines = renderTerminal(reportFixture({ invalid: true }), PLAIN).split("\n");
  expect(lines[2]).toContain("INVALID: do not use these numbers");
  expect(lines[3]).toStartWith("✗ client, engines and store count the same");
});

test("colours change nothing but colour", () => {
  const input = reportFixture({ invalid: true });
  const coloured = renderTerminal(input, { ...PLAIN, colours: true });
  expect(coloured).toContain(`${ESCAPE}[31m`);
  const stripped = Bun.stripANSI(coloured).split("\n");
  const plain = renderTerminal(input, PLAIN).split("\n");
  expect(stripped.map((line) => line.trimEnd())).toEqual(plain.map((line) => line.trimEnd()));
});

test("missing values are noted with their reason", () => {
  const text = renderTerminal(reportFixture({ missing: true }), PLAIN);
  expect(text).toContain("n/a (a)");
  expect(text).toContain("(a) engines were not scraped");
});
