// An owner's membership at the master: it mounts the segment, pings once a second so that the master keeps it, and mounts
// again when the master has lost it (it was silent for longer than client_ttl_ms, or the master was restarted). The memory has
// another generation then: the master hands its ranges out anew, and a requester that still holds one of them must not write there.

import type { Clock } from "../../clock/clock.ts";
import type { ClientId } from "../../domain/master_api.ts";
import type { SegmentInfo } from "../../domain/replica.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { describeStoreCode, STORE_CODE } from "../../domain/store_error.ts";
import { NS_PER_MS } from "../../domain/units.ts";
import type { MasterTypes } from "../../wire/master_codec.ts";
import type { RpcClient } from "../../wire/rpc_client.ts";
import { type Periodic, runPeriodically } from "../periodic.ts";
import type { Log } from "../process_config.ts";

export const PING_MS = 1000;
/** After so many in a row the master is reported as away; pings go on. */
const FAILED_PINGS_TO_REPORT = 3;
const LONGEST_FAREWELL_NS: number = 500 * NS_PER_MS;

export interface OwnerMountParts {
  readonly master: RpcClient<MasterTypes>;
  readonly client_id: ClientId;
  readonly segment: SegmentInfo;
  /** Gives the memory another generation; what is to be mounted from then on, or what went wrong. */
  readonly renew: (segment: SegmentInfo) => Promise<Result<SegmentInfo, string>>;
  readonly clock: Clock;
  readonly log: Log;
  /** The master had lost the segment, and has it again, empty. */
  readonly onRemount: () => void;
}

export class OwnerMount {
  failed_pings = 0;
  remounts = 0;
  readonly #parts: OwnerMountParts;
  #segment: SegmentInfo;
  #failed_in_a_row = 0;
  #pings: Periodic | null = null;
  #stopped = false;

  constructor(parts: OwnerMountParts) {
    this.#parts = parts;
    this.#segment = parts.segment;
  }

  /** Mounts, then pings until `stop`. An error says why the master did not take the segment. */
  async start(): Promise<Result<void, string>> {
    const problem = await this.#mount();
    if (problem !== null) return err(problem);
    this.#pings = runPeriodically(this.#parts.clock, PING_MS, () => this.ping());
    return ok(undefined);
  }

  async ping(): Promise<void> {
    const { master, client_id, log } = this.#parts;
    const reply = await master.call("ping", { client_id });
    if (this.#stopped) return;
    if (!reply.ok) {
      this.failed_pings += 1;
      this.#failed_in_a_row += 1;
      if (this.#failed_in_a_row === FAILED_PINGS_TO_REPORT) log(`master is away: ${reply.error.detail}`);
      return;
    }
    if (this.#failed_in_a_row >= FAILED_PINGS_TO_REPORT) log("master is back");
    this.#failed_in_a_row = 0;
    if (reply.value.need_remount) await this.#remount();
  }

  /** Leaves the master at once, and does not wait long for one that does not answer. */
  async stop(): Promise<void> {
    this.#stopped = true;
    void this.#pings?.stop();
    const { master, client_id, clock } = this.#parts;
    await Promise.race([
      master.call("unmount_segment", { client_id, segment_name: this.#segment.segment_name }),
      clock.sleepUntil(clock.now_ns() + LONGEST_FAREWELL_NS),
    ]);
  }

  async #remount(): Promise<void> {
    const renewed = await this.#parts.renew(this.#segment);
    if (this.#stopped) return;
    if (renewed.ok) this.#segment = renewed.value;
    const problem = renewed.ok ? await this.#mount() : renewed.error;
    if (problem !== null) {
      this.#parts.log(`cannot mount again: ${problem}`);
      return;
    }
    this.remounts += 1;
    this.#parts.log(`${this.#segment.segment_name} mounted again: the master had lost it`);
    this.#parts.onRemount();
  }

  /** Null when the master has the segment. */
  async #mount(): Promise<string | null> {
    const { master, client_id } = this.#parts;
    const segment = this.#segment;
    const reply = await master.call("mount_segment", { client_id, segment });
    if (!reply.ok) return reply.error.detail;
    if (reply.value.code === STORE_CODE.OK) return null;
    return `mount_segment ${segment.segment_name}: ${describeStoreCode(reply.value.code)}`;
  }
}
