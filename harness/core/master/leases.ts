// Leases: who read an object lately may rely on its bytes until the lease ends.

import { msToNs } from "../../domain/units.ts";
import type { StoredObject } from "./stored_object.ts";

export class Leases {
  readonly ttl_ms: number;
  readonly #ttl_ns: number;

  constructor(ttl_ms: number) {
    this.ttl_ms = ttl_ms;
    this.#ttl_ns = msToNs(ttl_ms);
  }

  /** Never shortens a lease. */
  grant(object: StoredObject, now_ns: number): void {
    const until_ns = now_ns + this.#ttl_ns;
    if (until_ns > object.lease_ns) object.lease_ns = until_ns;
  }

  isLeased(object: StoredObject, now_ns: number): boolean {
    return object.lease_ns > now_ns;
  }
}
