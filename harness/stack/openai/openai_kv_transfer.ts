// `kv_transfer_params` of a request body: which half of a prefill/decode pair it is, and where the prompt's KV lies.
// vLLM's proxies send null for fields that do not apply, so null counts as absent.

import type { FabricKey } from "../../domain/fabric_key.ts";
import type { KvTransferRequest, RemoteKv } from "../../domain/kv_transfer.ts";
import type { EngineStages } from "../../domain/request_record.ts";
import { isJsonObject, type OpenAiFields } from "./openai_fields.ts";

/** Undefined when the body has none, or a wrong one (then `fields` has the problem). */
export function parseKvTransfer(fields: OpenAiFields): KvTransferRequest | undefined {
  const params = fields.object("kv_transfer_params", "Leave it out for a request that is not handed over.");
  if (params === undefined) return undefined;
  const do_remote_decode = params.boolean("do_remote_decode") ?? false;
  const do_remote_prefill = params.boolean("do_remote_prefill") ?? false;
  const transfer_id = params.string("transfer_id", "Use one id per hand-over.");
  if (do_remote_decode && do_remote_prefill) {
    params.problem(
      "do_remote_prefill",
      "must be false with do_remote_decode",
      true,
      "A request is one half.",
    );
  }
  if (do_remote_decode && transfer_id === undefined) {
    params.problem(
      "transfer_id",
      "is required with do_remote_decode",
      undefined,
      "Use one id per hand-over.",
    );
  }
  const remote = do_remote_prefill ? parseRemote(params) : undefined;
  return {
    do_remote_decode,
    do_remote_prefill,
    ...(transfer_id === undefined ? {} : { transfer_id }),
    ...(remote === undefined ? {} : { remote }),
  };
}

function parseRemote(params: OpenAiFields): RemoteKv | undefined {
  const remote = params.value("remote");
  if (isRemoteKv(remote)) return remote;
  params.problem(
    "remote",
    "must be the prefill answer's",
    remote,
    "Pass its kv_transfer_params on unchanged.",
  );
  return undefined;
}

function isRemoteKv(value: unknown): value is RemoteKv {
  if (!isJsonObject(value)) return false;
  const block_ids = value["remote_block_ids"];
  return (
    TEXTS.every((name) => typeof value[name] === "string") &&
    isCount(value["generation"]) &&
    (value["fabric_key"] === undefined || isFabricKey(value["fabric_key"])) &&
    isCount(value["prompt_tokens"]) &&
    Array.isArray(block_ids) &&
    block_ids.every(isCount) &&
    isEngineStages(value["stages"])
  );
}

function isFabricKey(value: unknown): value is FabricKey {
  return (
    isJsonObject(value) &&
    typeof value["provider"] === "string" &&
    typeof value["opaque"] === "string" &&
    isCount(value["bytes"]) &&
    isCount(value["generation"])
  );
}

function isEngineStages(value: unknown): value is EngineStages {
  if (!isJsonObject(value)) return false;
  const cached = value["cached_tokens"];
  return (
    typeof value["engine_name"] === "string" &&
    NUMBERS_OF_STAGES.every((name) => typeof value[name] === "number") &&
    isJsonObject(cached) &&
    ["hbm", "cpu", "disk"].every((tier) => isCount(cached[tier]))
  );
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

const TEXTS = ["transfer_id", "remote_engine", "remote_node", "shm_path", "release_address"];
const NUMBERS_OF_STAGES = ["prompt_tokens", "queue_ms", "lookup_ms", "load_ms", "prefill_ms"];
