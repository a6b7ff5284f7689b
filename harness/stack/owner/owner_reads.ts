// A requester's connections to owners, for objects of their disk tiers.

import type { Clock } from "../../clock/clock.ts";
import type { ClientId } from "../../domain/master_api.ts";
import type { SegmentInfo } from "../../domain/replica.ts";
import { err, type Result } from "../../domain/result.ts";
import { STORE_CODE } from "../../domain/store_error.ts";
import { parseAddress } from "../../wire/address.ts";
import { type OffloadObjects, OWNER_SERVICE, type OwnerTypes } from "../../wire/owner_codec.ts";
import { RpcClient } from "../../wire/rpc_client.ts";
import { type RpcError, rpcError } from "../../wire/rpc_error.ts";
import type { SharedSecret } from "../../wire/shared_secret.ts";
import type { Log } from "../process_config.ts";

export interface OwnerReadsOptions {
  readonly client_id: ClientId;
  readonly clock: Clock;
  readonly log: Log;
  readonly rpc_timeout_ms: number;
  readonly secret?: SharedSecret | null;
}

export class OwnerReads {
  readonly #options: OwnerReadsOptions;
  readonly #owners = new Map<string, RpcClient<OwnerTypes>>();

  constructor(options: OwnerReadsOptions) {
    this.#options = options;
  }

  /** Has the owner read `keys` into its staging buffer. What came is lent until `release`. */
  async read(segment: SegmentInfo, keys: readonly string[]): Promise<Result<OffloadObjects, RpcError>> {
    const owner = this.#owner(segment.owner_address);
    if (!owner.ok) return owner;
    const reply = await owner.value.call("batch_get_offload_object", {
      client_id: this.#options.client_id,
      keys,
    });
    if (reply.ok && reply.value.objects.length !== keys.length) {
      return err(rpcError("RPC_FAIL", `${keys.length} keys asked, ${reply.value.objects.length} answered`));
    }
    return reply;
  }

  /** Does not wait: a release that is lost ends with the staging lease. */
  async release(segment: SegmentInfo, batch_id: number): Promise<void> {
    const owner = this.#owner(segment.owner_address);
    if (!owner.ok) return;
    const reply = await owner.value.call("release_offload_objects", { batch_id });
    const problem = reply.ok ? reply.value.code : reply.error.detail;
    if (problem !== STORE_CODE.OK) this.#options.log(`release at ${segment.segment_name}: ${problem}`);
  }

  close(): void {
    for (const owner of this.#owners.values()) owner.close();
  }

  #owner(owner_address: string): Result<RpcClient<OwnerTypes>, RpcError> {
    const known = this.#owners.get(owner_address);
    if (known !== undefined) return { ok: true, value: known };
    const address = parseAddress(owner_address);
    if (!address.ok) return err(rpcError("RPC_FAIL", address.error));
    const { clock, rpc_timeout_ms, secret = null } = this.#options;
    const owner = new RpcClient({
      address: address.value,
      service: OWNER_SERVICE,
      clock,
      timeout_ms: rpc_timeout_ms,
      secret,
    });
    this.#owners.set(owner_address, owner);
    return { ok: true, value: owner };
  }
}
