// Before an arm is measured, its processes answer requests that nobody counts, and are emptied again: a new process has not
// compiled its code. A default bench sends a quarter of its requests in its first 100 ms; on two cores their lookups took
// 13 ms without this and 3 ms with it, those behind them 2 ms. The proof that the arm starts cold comes after it,
// and every counter is read as a difference.

import type { Clock } from "../../clock/clock.ts";
import type { EngineConfig } from "../../config/arm_config.ts";
import { expandPrompt } from "../../domain/prompt_tokens.ts";
import { msToNs } from "../../domain/units.ts";
import type { StackMember } from "./live_stack.ts";

export interface WarmUpOptions {
  readonly clock: Clock;
  readonly router_url: string;
  readonly members: readonly StackMember[];
  readonly engine: EngineConfig;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** No wave begins later than this: at full scale one takes long enough. */
const WARM_UP_MS = 600;
/** Of a wave and engine: a burst, as loads begin with. */
const REQUESTS_PER_ENGINE = 8;
/** Much of the code runs block by block: 16 blocks of 16 tokens. Answers take longer than they compile. */
const PROMPT_TOKENS = 256;
const LEAST_PROMPT_BLOCKS = 4;
const OUTPUT_TOKENS = 2;
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Best effort: what fails here fails again, and is told, in the load. Prompts of one wave come back in the next to whatever
 * engine is free, so that the store is read, too. Requests without a session: sticky routing has nothing to remember.
 */
export async function warmUp(options: WarmUpOptions): Promise<void> {
  const { clock, members, engine, seed, signal } = options;
  const engines = members.filter(({ kind }) => kind === "engine");
  const blocks_tokens = Math.max(PROMPT_TOKENS, LEAST_PROMPT_BLOCKS * engine.block_tokens);
  const tokens = Math.min(blocks_tokens + 1, Math.floor(engine.max_model_len / 2));
  const wave_requests = REQUESTS_PER_ENGINE * engines.length;
  const until_ns = clock.now_ns() + msToNs(WARM_UP_MS);
  for (let wave = 0; clock.now_ns() < until_ns && !signal.aborted; wave++) {
    const first = Math.floor(wave / 2) * wave_requests;
    const prompts = Array.from({ length: wave_requests }, (_, i) =>
      expandPrompt([{ kind: "seeded", seed: seed + first + i, tokens }], []),
    );
    await Promise.all(prompts.map((prompt) => complete(options, prompt)));
  }
  await Promise.all(engines.map(({ url }) => empty(url)));
}

async function complete({ router_url, engine, signal }: WarmUpOptions, prompt: number[]): Promise<void> {
  const body = JSON.stringify({ model: engine.model, prompt, max_tokens: OUTPUT_TOKENS, stream: true });
  await send(`${router_url}/v1/completions`, body, signal);
}

/** Blocks of the engine and of the store behind it. */
async function empty(engine_url: string): Promise<void> {
  await send(
    `${engine_url}/reset_prefix_cache?reset_running_requests=true&reset_external=true&force=true`,
    "",
  );
}

async function send(url: string, body: string, signal?: AbortSignal): Promise<void> {
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    await answer.arrayBuffer();
  } catch {
    // Told by the load, or by the proof that the arm starts cold.
  }
}
