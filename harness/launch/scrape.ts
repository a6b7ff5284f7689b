// Reads text over HTTP from processes of the stack: /metrics, /health. A process that is gone is a typed error.

import { err, ok, type Result } from "../domain/result.ts";

export interface ScrapeError {
  readonly code: "unreachable" | "http_status";
  readonly detail: string;
}

const SCRAPE_TIMEOUT_MS = 10_000;

export async function scrape(
  url: string,
  timeout_ms: number = SCRAPE_TIMEOUT_MS,
): Promise<Result<string, ScrapeError>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeout_ms) });
    const text = await response.text();
    if (response.ok) return ok(text);
    return err({ code: "http_status", detail: `${url}: HTTP ${response.status}` });
  } catch (error) {
    return err({
      code: "unreachable",
      detail: `${url}: ${error instanceof Error ? error.message : String(error)}`,
    });
  }
}
