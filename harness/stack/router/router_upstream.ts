// Requests to engines. An answer counts once its first bytes are there: an engine that dies after its headers has not
// answered, and the request can still go elsewhere. From then on bytes pass through as they come, no faster than the client
// reads them, and a client that goes away takes the engine's request with it.

import { err, ok, type Result } from "../../domain/result.ts";

export interface UpstreamRequest {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Aborted when the client is gone. */
  readonly client_gone: AbortSignal;
  /** Sees the answer's bytes as they pass. */
  readonly tap?: ((bytes: Uint8Array) => void) | undefined;
}

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array>;
  /** Resolves when the body has ended, was cancelled or broke off. */
  readonly ended: Promise<void>;
}

export interface UpstreamError {
  readonly code: "connection" | "client_gone";
  readonly detail: string;
}

export async function postUpstream(request: UpstreamRequest): Promise<Result<UpstreamAnswer, UpstreamError>> {
  const abort = new AbortController();
  const ended = Promise.withResolvers<void>();
  const leave = (): void => {
    abort.abort();
    ended.resolve();
  };
  request.client_gone.addEventListener("abort", leave);
  if (request.client_gone.aborted) leave();
  void ended.promise.then(() => request.client_gone.removeEventListener("abort", leave));
  try {
    const response = await fetch(request.url, {
      method: "POST",
      body: request.body,
      headers: { ...request.headers, "content-type": "application/json" },
      signal: abort.signal,
      proxy: false,
      decompress: false,
    });
    const reader = response.body?.getReader() ?? null;
    const first = (await reader?.read()) ?? { done: true };
    const body = passThrough(reader, first, leave, ended.resolve, request.tap);
    return ok({ status: response.status, headers: response.headers, body, ended: ended.promise });
  } catch (error) {
    const code = abort.signal.aborted ? "client_gone" : "connection";
    ended.resolve();
    return err({ code, detail: error instanceof Error ? error.message : String(error) });
  }
}

/** The parsed body; an engine that breaks off in the middle, or sends no JSON, has failed. */
export async function readWhole(answer: UpstreamAnswer): Promise<Result<unknown, UpstreamError>> {
  try {
    return ok(await new Response(answer.body).json());
  } catch (error) {
    return err({ code: "connection", detail: `its answer broke off: ${String(error)}` });
  }
}

interface Chunk {
  readonly done: boolean;
  readonly value?: Uint8Array | undefined;
}

interface ChunkReader {
  read(): Promise<Chunk>;
}

/** One chunk is read for each that the client takes. */
function passThrough(
  reader: ChunkReader | null,
  first: Chunk,
  leave: () => void,
  end: () => void,
  tap: UpstreamRequest["tap"],
): ReadableStream<Uint8Array> {
  let ready: Chunk | null = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const chunk: Chunk = ready ?? (await reader?.read()) ?? { done: true };
        ready = null;
        if (chunk.value !== undefined) {
          tap?.(chunk.value);
          controller.enqueue(chunk.value);
        }
        if (!chunk.done) return;
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      end();
    },
    cancel: leave,
  });
}
