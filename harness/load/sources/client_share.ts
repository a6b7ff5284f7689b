// One load over several clients: every n-th session is a client's own, with all its turns, so that a session's order and its
// answers stay in one place. Closed-loop slots are dealt out alike: a client whose sessions end early leaves its slots empty,
// where a single client would go on with the next session of all.

import { assert } from "../../domain/assert.ts";

export interface ClientShare {
  readonly client_index: number;
  readonly num_clients: number;
}

export const WHOLE_LOAD: ClientShare = { client_index: 0, num_clients: 1 };

/** In the order given. */
export function ownOf<T>(all: readonly T[], { client_index, num_clients }: ClientShare): T[] {
  return num_clients === 1 ? [...all] : all.filter((_, i) => i % num_clients === client_index);
}

export function ownSlots(concurrency: number, { client_index, num_clients }: ClientShare): number {
  assert(concurrency >= num_clients, "every client has a slot of a closed loop");
  return Math.floor(concurrency / num_clients) + (client_index < concurrency % num_clients ? 1 : 0);
}
