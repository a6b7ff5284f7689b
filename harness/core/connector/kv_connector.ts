// One way in which a prompt's KV comes to an engine and leaves it, as a child of a MultiConnector. Generic in the engine's
// request, so that the composition knows nothing of engines.

/** What a child would bring of a prompt, behind the tokens that the engine has. */
export type KvOffer =
  /** Into blocks up to end_tokens, while the request is parked. */
  | { readonly when: "now"; readonly end_tokens: number }
  /** After the engine has computed up to the boundary. */
  | { readonly when: "at_boundary"; readonly boundary_tokens: number; readonly to_tokens: number };

export interface KvConnector<Request> {
  readonly connector_name: string;
  /** What it adds to the kv_transfer_params of a finished request. */
  readonly transfer_params: readonly string[];
  /** The pool that it reads from and writes to. */
  readonly block_pool: object;
  /** True while it does not know what it has of the prompt (vLLM's None). It may have to ask; then it is asked again later. */
  defers(request: Request, now_ns: number): boolean;
  /** Null: nothing that is worth bringing. */
  offer(request: Request, computed_tokens: number): KvOffer | null;
  /** Brings what it has offered into the request's blocks from from_block on. The request has just been parked. */
  load(request: Request, from_block: number, now_ns: number): void;
  /** It is not the one that loads. */
  passedOver(request: Request): void;
  /** A step of the request's prefill has ended: what it completed may be kept. */
  save(request: Request): void;
  /** Wipes what it keeps; `done` is called once, before or after this returns. */
  reset(force: boolean, now_ns: number, done: (ok: boolean) => void): void;
}
