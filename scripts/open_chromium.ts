// Debian's Chromium under Playwright, for tests of the report page and for the README's picture.

import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

/** Null: it can be opened. */
export function chromiumProblem(): string | null {
  return existsSync(CHROMIUM) ? null : `no ${CHROMIUM}; install it with apt-get install chromium`;
}

export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
