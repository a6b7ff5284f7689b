// What is asked of a server that runs already, beside the load: which models it serves, to empty its caches, its metrics.

import type { EndpointTarget } from "../../config/endpoint_target.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { scrape } from "../../launch/scrape.ts";
import { type HttpTarget, parseHttpTarget } from "../../load/http/http_target.ts";
import type { ProcessScrape } from "../../measure/arm_run.ts";
import { MASTER_SERIES } from "../../measure/metric_names.ts";
import { parsePrometheusText, type Samples } from "../../measure/prometheus_text.ts";

/** One of its metrics URLs; what kind of process answers is known once it has answered. */
export interface ScrapedUrl {
  readonly name: string;
  readonly url: string;
  readonly kind: ProcessScrape["kind"];
  /** Of an engine whose role is known. */
  readonly role: ProcessScrape["role"];
}

const RESET_TIMEOUT_MS = 60_000;
const ASK_TIMEOUT_MS = 10_000;

/** The errors of this module are worded for the user. */
export function endpointTarget({ name, url, api_key_env }: EndpointTarget): Result<HttpTarget, string> {
  const target = parseHttpTarget(url);
  if (!target.ok) return err(`--endpoint ${name}: ${target.error}`);
  const key = keyOf(api_key_env);
  if (key !== null && !/^[\x21-\x7e]+$/.test(key))
    return err(`--api-key-env ${api_key_env}: must hold printable characters without blanks.`);
  return ok(key === null ? target.value : { ...target.value, authorization: `Bearer ${key}` });
}

/** The endpoint with the model that it is asked for: the named one, which it must list, or the first of its list. */
export async function nameModel(endpoint: EndpointTarget): Promise<Result<EndpointTarget, string>> {
  const url = `${endpoint.url.replace(/\/+$/, "")}/v1/models`;
  const where = `endpoint ${endpoint.name}: ${url}`;
  const answer = await ask(url, endpoint.api_key_env, "GET", ASK_TIMEOUT_MS);
  if (!answer.ok) return err(`${where}: ${answer.error}. Is the server up, and is this its base URL?`);
  const models = readModels(answer.value);
  if (models.length === 0) return err(`${where}: must list a model. Name one with --model.`);
  const { model } = endpoint;
  if (model !== null && !models.includes(model))
    return err(`${where}: serves ${models.join(", ")}, got --model ${model}. Name one of these.`);
  return ok({ ...endpoint, model: model ?? models[0] ?? null });
}

function readModels(text: string): readonly string[] {
  try {
    const parsed: { data?: unknown } = JSON.parse(text);
    const rows: readonly { id?: unknown }[] = Array.isArray(parsed.data) ? parsed.data : [];
    return rows.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  } catch {
    return [];
  }
}

/** Null: nothing was asked for. */
export async function resetServer(endpoint: EndpointTarget): Promise<Result<null, string>> {
  if (endpoint.reset_url === null) return ok(null);
  const answer = await ask(endpoint.reset_url, endpoint.api_key_env, "POST", RESET_TIMEOUT_MS);
  if (answer.ok) return ok(null);
  return err(
    `endpoint ${endpoint.name}: --reset-url ${endpoint.reset_url}: ${answer.error}. vLLM serves /reset_prefix_cache with VLLM_SERVER_DEV_MODE=1.`,
  );
}

async function ask(
  url: string,
  api_key_env: string | null,
  method: "GET" | "POST",
  timeout_ms: number,
): Promise<Result<string, string>> {
  const key = keyOf(api_key_env);
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
  try {
    const response = await fetch(url, { method, headers, signal: AbortSignal.timeout(timeout_ms) });
    const text = await response.text();
    return response.ok ? ok(text) : err(`HTTP ${response.status}: ${text.slice(0, 200)}`);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

function keyOf(api_key_env: string | null): string | null {
  return api_key_env === null ? null : (process.env[api_key_env] ?? null);
}

/** Every metrics URL must answer before a run, and be an engine's or a master's. */
export async function openMetrics({ metrics_urls }: EndpointTarget): Promise<Result<ScrapedUrl[], string>> {
  const opened: ScrapedUrl[] = [];
  for (const [i, url] of metrics_urls.entries()) {
    const text = await scrape(url);
    if (!text.ok) return err(`--metrics ${text.error.detail}`);
    const samples = parsePrometheusText(text.value);
    if (!samples.ok) return err(`--metrics ${url}: line ${samples.error.line}: ${samples.error.detail}`);
    const kind = kindOf(text.value, samples.value);
    if (kind === null)
      return err(
        `--metrics ${url}: must be of a vLLM (vllm:…) or a Mooncake master (master_…). Leave it out.`,
      );
    opened.push({ name: `${kind}-${i}`, url, kind, role: null });
  }
  return ok(opened);
}

function kindOf(text: string, samples: Samples): ScrapedUrl["kind"] | null {
  if (samples.has(MASTER_SERIES.key_count)) return "master";
  return /^vllm:/m.test(text) ? "engine" : null;
}

/** [urls]; null: it did not answer. */
export function scrapeUrls(
  urls: readonly ScrapedUrl[],
  timeout_ms?: number,
): Promise<readonly (Samples | null)[]> {
  return Promise.all(
    urls.map(async ({ url }) => {
      const text = await scrape(url, timeout_ms);
      if (!text.ok) return null;
      const samples = parsePrometheusText(text.value);
      return samples.ok ? samples.value : null;
    }),
  );
}
