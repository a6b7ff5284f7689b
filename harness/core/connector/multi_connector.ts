// Several connectors as one (spec: vllm_mooncake_store_connector.md §1.11): a P/D hand-over beside a store, say.
//
//   load    all are asked, in order; the first with an offer loads, and the others hear that they do not
//   defer   a request waits while any of them does not know yet
//   save    all of them, each with references of its own to the blocks: a block is free when the last is done with it
//   reset   all of them, whatever the ones before came to; it is well when every one is

import { assert } from "../../domain/assert.ts";
import type { KvConnector, KvOffer } from "./kv_connector.ts";

export interface ChosenOffer<Request> {
  readonly connector: KvConnector<Request>;
  readonly offer: KvOffer;
}

export class MultiConnector<Request> {
  readonly #children: readonly KvConnector<Request>[];

  /** children: the first has the first say. */
  constructor(children: readonly KvConnector<Request>[]) {
    assert(children.length > 0, "a MultiConnector has children");
    const pools = new Set(children.map(({ block_pool }) => block_pool));
    assert(pools.size === 1, "every connector is bound to the engine's block pool");
    const clashes = clashesOf(children);
    assert(
      clashes.length === 0,
      `Key clash in kv_transfer_params from multiple connectors: {${clashes.join(", ")}}`,
    );
    this.#children = children;
  }

  /** All are asked, so that those who must look do so at the same time. */
  defers(request: Request, now_ns: number): boolean {
    let defers = false;
    for (const child of this.#children) if (child.defers(request, now_ns)) defers = true;
    return defers;
  }

  offer(request: Request, computed_tokens: number): ChosenOffer<Request> | null {
    let chosen: ChosenOffer<Request> | null = null;
    for (const connector of this.#children) {
      const offer = connector.offer(request, computed_tokens);
      if (offer !== null) chosen ??= { connector, offer };
    }
    return chosen;
  }

  /** What is to become of the request is settled. Null: it is computed. */
  settle(request: Request, chosen: ChosenOffer<Request> | null): void {
    for (const child of this.#children) if (child !== chosen?.connector) child.passedOver(request);
  }

  save(request: Request): void {
    for (const child of this.#children) child.save(request);
  }

  reset(force: boolean, now_ns: number, done: (ok: boolean) => void): void {
    let open = this.#children.length;
    let all_ok = true;
    for (const child of this.#children) {
      child.reset(force, now_ns, (ok) => {
        all_ok &&= ok;
        open--;
        if (open === 0) done(all_ok);
      });
    }
  }
}

/** `'name' of A and B`, for every name that two children add. */
function clashesOf<Request>(children: readonly KvConnector<Request>[]): string[] {
  const owners = new Map<string, string>();
  const clashes: string[] = [];
  for (const { connector_name, transfer_params } of children) {
    for (const name of transfer_params) {
      const owner = owners.get(name);
      if (owner === undefined) owners.set(name, connector_name);
      else clashes.push(`'${name}' of ${owner} and ${connector_name}`);
    }
  }
  return clashes;
}
