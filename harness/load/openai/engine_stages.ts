// What an engine of this project tells about a request it served, read from the wire.

import type { EngineStages } from "../../domain/request_record.ts";
import { isJsonObject, type JsonObject, readNumber, readObject } from "./json_fields.ts";

/** Null when a field is missing or has another type: a number is never made up. */
export function readEngineStages(value: unknown): EngineStages | null {
  if (!isJsonObject(value)) return null;
  const { engine_name } = value;
  const cached_tokens = readCachedTokens(readObject(value, "cached_tokens"));
  const prompt_tokens = readNumber(value, "prompt_tokens");
  const queue_ms = readNumber(value, "queue_ms");
  const lookup_ms = readNumber(value, "lookup_ms");
  const load_ms = readNumber(value, "load_ms");
  const prefill_ms = readNumber(value, "prefill_ms");
  if (typeof engine_name !== "string" || cached_tokens === null || prompt_tokens === null) return null;
  if (queue_ms === null || lookup_ms === null || load_ms === null || prefill_ms === null) return null;
  return { engine_name, prompt_tokens, cached_tokens, queue_ms, lookup_ms, load_ms, prefill_ms };
}

function readCachedTokens(value: JsonObject | null): EngineStages["cached_tokens"] | null {
  if (value === null) return null;
  const hbm = readNumber(value, "hbm");
  const cpu = readNumber(value, "cpu");
  const disk = readNumber(value, "disk");
  return hbm === null || cpu === null || disk === null ? null : { hbm, cpu, disk };
}
