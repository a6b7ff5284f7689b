// Tells prefill engines that blocks they hold have been pulled. One connection per engine, made when first needed.
// A release that is lost costs that engine nothing but memory until its hold expires, so it is counted and logged, not retried.

import type { Clock } from "../clock/clock.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import { parseAddress } from "../wire/address.ts";
import { ENGINE_SERVICE, type EngineTypes } from "../wire/engine_codec.ts";
import { RpcClient } from "../wire/rpc_client.ts";
import type { Log } from "./process_config.ts";

const RELEASE_TIMEOUT_MS = 10_000;

export class EngineReleases {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #clients = new Map<string, RpcClient<EngineTypes>>();
  #failed = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  get failed(): number {
    return this.#failed;
  }

  async release(remote: RemoteKv): Promise<void> {
    const client = this.#client(remote.release_address);
    const released = await client?.call("release_blocks", { transfer_id: remote.transfer_id });
    if (released?.ok === true && released.value.code === 0) return;
    this.#failed++;
    const why = released === undefined ? "its address is malformed" : describe(released);
    this.#log(`WARNING release of ${remote.transfer_id} at ${remote.remote_engine} failed: ${why}`);
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(release_address: string): RpcClient<EngineTypes> | undefined {
    const known = this.#clients.get(release_address);
    if (known !== undefined) return known;
    const address = parseAddress(release_address);
    if (!address.ok) return undefined;
    const client = new RpcClient({
      address: address.value,
      service: ENGINE_SERVICE,
      clock: this.#clock,
      timeout_ms: RELEASE_TIMEOUT_MS,
    });
    this.#clients.set(release_address, client);
    return client;
  }
}

type Released = Awaited<ReturnType<RpcClient<EngineTypes>["call"]>>;

function describe(released: Released): string {
  return released.ok ? `code ${released.value.code}` : released.error.detail;
}
