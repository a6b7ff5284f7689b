// Which clients are alive. A client that stays silent for client_ttl_ms is dropped; what it had mounted is the caller's business.

import type { ClientId } from "../../domain/master_api.ts";
import { msToNs } from "../../domain/units.ts";

export class ClientTable {
  /** Clients that went silent. */
  expired_count = 0;
  readonly #ttl_ns: number;
  /** In order of the last sign of life, oldest first. */
  readonly #last_seen_ns = new Map<ClientId, number>();

  constructor(ttl_ms: number) {
    this.#ttl_ns = msToNs(ttl_ms);
  }

  get active_count(): number {
    return this.#last_seen_ns.size;
  }

  seen(client_id: ClientId, now_ns: number): void {
    this.#last_seen_ns.delete(client_id);
    this.#last_seen_ns.set(client_id, now_ns);
  }

  /** Takes out and returns the clients silent for longer than the TTL. */
  takeExpired(now_ns: number): ClientId[] {
    const expired: ClientId[] = [];
    for (const [client_id, seen_ns] of this.#last_seen_ns) {
      if (now_ns - seen_ns <= this.#ttl_ns) break;
      this.#last_seen_ns.delete(client_id);
      expired.push(client_id);
    }
    this.expired_count += expired.length;
    return expired;
  }
}
