// Servers are asked for their model and for one small answer before anything is measured, so that what is wrong with an address, a
// key or a dialect is told at once.

import type { Clock } from "../../clock/clock.ts";
import { Random } from "../../clock/random.ts";
import type { LoadConfig } from "../../config/arm_config.ts";
import type { BenchOptions } from "../../config/bench_options.ts";
import type { EndpointTarget } from "../../config/endpoint_target.ts";
import { present } from "../../domain/assert.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { runLoad } from "../../load/interpreter.ts";
import { createSource } from "../../load/sources/create_source.ts";
import type { RunContext } from "../bench/run_context.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";
import { endpointTarget, nameModel } from "./endpoint_server.ts";

export interface EndpointProblem {
  readonly exit_code: ExitCode;
  readonly message: string;
}

/** The options with every endpoint's model named. A dry run asks nobody. */
export async function prepareEndpoints(
  options: BenchOptions,
): Promise<Result<BenchOptions, EndpointProblem>> {
  const endpoints: EndpointTarget[] = [];
  for (const endpoint of options.endpoints) {
    const target = endpointTarget(endpoint);
    if (!target.ok) return err({ exit_code: EXIT.USAGE, message: target.error });
    const named = options.dry_run ? ok(endpoint) : await nameModel(endpoint);
    if (!named.ok) return err({ exit_code: EXIT.STACK_FAILED, message: named.error });
    endpoints.push(named.value);
  }
  return ok({ ...options, endpoints });
}

const PROBE_TOKENS = 8;
const PROBE_TIMEOUT_MS = 120_000;

/** Each server answers two turns of one small conversation as the load will ask for them. The error is worded for the user. */
export async function probeEndpoints({ plan }: RunContext, clock: Clock): Promise<Result<null, string>> {
  for (const { endpoint, config } of plan.arms) {
    if (endpoint === undefined) continue;
    const records = await probe(endpoint, config.load, config.seed, clock);
    const failed = records.find(({ error }) => error !== null)?.error;
    if (failed === undefined || failed === null) continue;
    return err(
      `endpoint ${endpoint.name}: ${endpoint.url} does not answer as asked: ${failed.detail} ${NEXT_STEP}`,
    );
  }
  return ok(null);
}

const NEXT_STEP =
  "Where the server refuses prompts of token ids or fields of vLLM, use --set load.prompt_as=chat --set load.dialect=openai; a key goes into --api-key-env.";

async function probe(
  endpoint: EndpointTarget,
  { prompt_as, dialect }: LoadConfig,
  seed: number,
  clock: Clock,
): Promise<readonly RequestRecord[]> {
  const target = endpointTarget(endpoint);
  if (!target.ok) return [];
  const records: RequestRecord[] = [];
  const turn = { output_tokens: 2, think_ns: 0, at_ns: null };
  const first = { kind: "seeded", seed, tokens: PROBE_TOKENS } as const;
  const answer = { kind: "answer", turn_index: 0 } as const;
  const session = {
    session_id: "probe",
    turns: [
      { ...turn, prompt: [first] },
      { ...turn, prompt: [first, answer, { ...first, seed: seed + 1 }] },
    ],
  };
  await runLoad({
    source: createSource(ONE_AT_A_TIME, [session], new Random(seed)),
    target: target.value,
    model: present(endpoint.model, "the model was asked for"),
    ...{ arm: "probe", pair_index: 0, clock, pacer: null, starts_ns: null, signal: null },
    wording: { prompt_as, dialect },
    request_timeout_ms: PROBE_TIMEOUT_MS,
    onRecord: (record) => records.push(record),
    onProgress: null,
  });
  return records;
}

const ONE_AT_A_TIME: LoadConfig = {
  ...{ arrivals: "closed", concurrency: 1, rate_per_s: 1, burstiness_cv: 1, speedup: 1, num_clients: 1 },
  ...{ prompt_as: "tokens", dialect: "vllm", request_timeout_ms: PROBE_TIMEOUT_MS },
};
