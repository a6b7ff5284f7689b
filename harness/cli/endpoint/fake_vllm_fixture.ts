// Test fixture: a server that answers as a vLLM does, with nothing of this project's: SSE chunks, usage in the last one, metrics
// under vLLM's names. Its prefix cache holds whole prompts by their first BLOCK tokens.

const BLOCK = 16;
/** Between two tokens: far above what the client itself needs. */
const TOKEN_MS = 8;

export interface FakeVllmOptions {
  /** `--enable-prompt-tokens-details` */
  readonly tells_cached_tokens: boolean;
  /** Every so many requests are answered with an error; 0: none. */
  readonly fail_every: number;
  /** The key that it wants; null: none. */
  readonly api_key: string | null;
}

interface CompletionBody {
  readonly prompt: readonly number[];
  readonly max_tokens: number;
}

export class FakeVllm implements AsyncDisposable {
  readonly #options: FakeVllmOptions;
  readonly #server: ReturnType<typeof Bun.serve>;
  readonly #cached = new Map<string, number>();
  readonly counters = { requests: 0, finished: 0, hits: 0, resets: 0 };

  constructor(options: FakeVllmOptions) {
    this.#options = options;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      routes: {
        "/v1/models": () => Response.json({ object: "list", data: [{ id: "fake-8b", object: "model" }] }),
        "/v1/completions": { POST: (request) => this.#complete(request) },
        "/reset_prefix_cache": { POST: () => this.#reset() },
        "/metrics": () => new Response(this.#metrics()),
      },
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }

  #reset(): Response {
    this.counters.resets++;
    this.#cached.clear();
    return new Response();
  }

  async #complete(request: Request): Promise<Response> {
    const { api_key, fail_every } = this.#options;
    if (api_key !== null && request.headers.get("authorization") !== `Bearer ${api_key}`)
      return Response.json({ error: "Unauthorized" }, { status: 401 });
    this.counters.requests++;
    if (fail_every > 0 && this.counters.requests % fail_every === 0)
      return Response.json({ error: { message: "out of memory" } }, { status: 500 });
    const body = (await request.json()) as CompletionBody;
    return new Response(this.#stream(body), { headers: { "content-type": "text/event-stream" } });
  }

  #stream({ prompt, max_tokens }: CompletionBody): ReadableStream {
    const cached_tokens = this.#lookUp(prompt);
    const usage = {
      prompt_tokens: prompt.length,
      completion_tokens: max_tokens,
      prompt_tokens_details: this.#options.tells_cached_tokens ? { cached_tokens } : null,
    };
    const said = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;
    const done = (): void => {
      this.counters.finished++;
    };
    return new ReadableStream({
      async start(controller) {
        for (let i = 0; i < max_tokens; i++) {
          await Bun.sleep(TOKEN_MS);
          controller.enqueue(said({ choices: [{ text: ` t${i + 1}`, token_ids: [i + 1] }] }));
        }
        controller.enqueue(said({ choices: [], usage }));
        controller.enqueue("data: [DONE]\n\n");
        done();
        controller.close();
      },
    });
  }

  /** Whole blocks of the longest earlier prompt that starts alike; the last token is always computed. */
  #lookUp(prompt: readonly number[]): number {
    const start = prompt.slice(0, BLOCK).join();
    const longest = this.#cached.get(start) ?? 0;
    this.#cached.set(start, Math.max(longest, prompt.length));
    const hit = Math.floor(Math.min(longest, prompt.length - 1) / BLOCK) * BLOCK;
    this.counters.hits += hit;
    return hit;
  }

  #metrics(): string {
    const labels = '{engine="0",model_name="fake-8b"}';
    const { finished, hits } = this.counters;
    return [
      `vllm:num_requests_running${labels} 0.0`,
      `vllm:prefix_cache_hits_total${labels} ${hits}.0`,
      `vllm:external_prefix_cache_hits_total${labels} 0.0`,
      `vllm:request_success_total{engine="0",finished_reason="length",model_name="fake-8b"} ${finished}.0`,
      "",
    ].join("\n");
  }
}
