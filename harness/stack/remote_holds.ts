// The holds of prefill engines, seen from the decode engine that pulls: it asks whether one still stands, and ends it. One
// connection per engine, made when first needed. A release that is lost costs that engine nothing but memory until its hold
// expires, so it is counted and logged, not retried.

import type { Clock } from "../clock/clock.ts";
import type { RemoteKv } from "../domain/kv_transfer.ts";
import { parseAddress } from "../wire/address.ts";
import { ENGINE_SERVICE, type EngineTypes } from "../wire/engine_codec.ts";
import { RpcClient } from "../wire/rpc_client.ts";
import type { Log } from "./process_config.ts";

const RPC_TIMEOUT_MS = 10_000;
const MALFORMED = "its address is malformed";

export class RemoteHolds {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #clients = new Map<string, RpcClient<EngineTypes>>();
  #failed_releases = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  get failed_releases(): number {
    return this.#failed_releases;
  }

  /** An engine that does not answer holds nothing that can be relied on. */
  async isHeld(remote: RemoteKv): Promise<boolean> {
    const { transfer_id, remote_engine } = remote;
    const answer = await this.#client(remote.release_address)?.call("confirm_hold", { transfer_id });
    if (answer?.ok === true && answer.value.held) return true;
    const why = answer === undefined ? MALFORMED : answer.ok ? "the hold expired" : answer.error.detail;
    this.#log(`WARNING pull of ${transfer_id} from ${remote_engine} is not used: ${why}`);
    return false;
  }

  async release(remote: RemoteKv): Promise<void> {
    const { transfer_id, remote_engine } = remote;
    const released = await this.#client(remote.release_address)?.call("release_blocks", { transfer_id });
    if (released?.ok === true && released.value.code === 0) return;
    this.#failed_releases++;
    const why =
      released === undefined
        ? MALFORMED
        : released.ok
          ? `code ${released.value.code}`
          : released.error.detail;
    this.#log(`WARNING release of ${transfer_id} at ${remote_engine} failed: ${why}`);
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
      timeout_ms: RPC_TIMEOUT_MS,
    });
    this.#clients.set(release_address, client);
    return client;
  }
}
