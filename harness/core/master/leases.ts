// Leases: who read an object lately may rely on its bytes until the lease ends.

import { msToNs } from "../../domain/units.ts";
import type { Row } from "./object_row.ts";
import type { ObjectRows } from "./object_rows.ts";

export class Leases {
  readonly ttl_ms: number;
  readonly #ttl_ns: number;
  readonly #rows: ObjectRows;

  constructor(rows: ObjectRows, ttl_ms: number) {
    this.#rows = rows;
    this.ttl_ms = ttl_ms;
    this.#ttl_ns = msToNs(ttl_ms);
  }

  /** Never shortens a lease. */
  grant(row: Row, now_ns: number): void {
    const until_ns = now_ns + this.#ttl_ns;
    if (until_ns > this.#rows.leaseNs(row)) this.#rows.setLeaseNs(row, until_ns);
  }

  isLeased(row: Row, now_ns: number): boolean {
    return this.#rows.leaseNs(row) > now_ns;
  }
}
