// The report as a reader opens it: in Chromium, offline, on a desk and on a phone, in light and in dark.

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { renderHtml } from "../reports/html_report.ts";
import { reportFixture } from "../reports/report_fixture.ts";
import { chromiumProblem, openChromium } from "./open_chromium.ts";

setDefaultTimeout(180_000);

const PHONE = { width: 390, height: 800 };
const DESK = { width: 1200, height: 900 };

const problem = chromiumProblem();
const suite = problem === null ? describe : describe.skip;

suite(`the report in Chromium${problem === null ? "" : ` (skipped: ${problem})`}`, () => {
  const directory = mkdtempSync(join(tmpdir(), "tb-page-"));
  let browser: Browser;

  beforeAll(async () => {
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(
    name: string,
    html: string,
    viewport: typeof PHONE,
  ): Promise<{ page: Page; faults: string[] }> {
    const path = join(directory, `${name}.html`);
    writeFileSync(path, html);
    const page = await browser.newPage({ viewport });
    const faults: string[] = [];
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => !/^(file|data):/.test(request.url()) && faults.push(request.url()));
    await page.goto(`file://${path}`);
    return { page, faults };
  }

  test.each([
    ["two arms on a desk", { arms: 2 }, DESK],
    ["two arms on a phone", { arms: 2 }, PHONE],
    ["ten arms on a phone", { arms: 10 }, PHONE],
    ["an invalid run on a phone", { arms: 2, invalid: true }, PHONE],
  ] as const)(
    "%s: loads nothing, logs no error, and does not scroll sideways",
    async (name, run, viewport) => {
      const { page, faults } = await open(
        name.replaceAll(" ", "_"),
        renderHtml(reportFixture(run)),
        viewport,
      );
      expect(faults).toEqual([]);
      const width = await page.evaluate("document.documentElement.scrollWidth");
      expect(width).toBeLessThanOrEqual(viewport.width);
      expect(await page.locator("svg:visible").count()).toBeGreaterThan(2);
      await page.close();
    },
  );

  test("a click on a section's link shows that section", async () => {
    const { page } = await open("links", renderHtml(reportFixture({ arms: 2 })), DESK);
    const heading = page.locator("h2#validity");
    expect(await isInView(page, "validity")).toBe(false);
    await page.locator('nav a[href="#validity"]').click();
    expect(await heading.isVisible()).toBe(true);
    expect(await isInView(page, "validity")).toBe(true);
    await page.close();
  });

  test("dark and light have different backgrounds and readable text in both", async () => {
    const { page } = await open("dark", renderHtml(reportFixture({ arms: 2 })), DESK);
    const colours = async (scheme: "dark" | "light"): Promise<[string, string]> => {
      await page.emulateMedia({ colorScheme: scheme });
      return (await page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]",
      )) as [string, string];
    };
    for (const scheme of ["light", "dark"] as const) {
      const [background, text] = await colours(scheme);
      expect(contrast(background, text)).toBeGreaterThan(7);
    }
    expect((await colours("light"))[0]).not.toBe((await colours("dark"))[0]);
    await page.close();
  });
});

function isInView(page: Page, id: string): Promise<unknown> {
  return page.evaluate(
    `(() => { const { top } = document.getElementById("${id}").getBoundingClientRect(); return top >= -2 && top < innerHeight; })()`,
  );
}

/** WCAG 2 contrast ratio of two `rgb(r, g, b)` colours. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: string): number {
  const [r = 0, g = 0, b = 0] = (rgb.match(/\d+(\.\d+)?/g) ?? []).map((channel) => {
    const value = Number(channel) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
