// The master of a simulated stack: core/master behind modelled RPC. One request at a time, in the order of arrival.
//
// Live ticks the core every 10 ms. Here only ticks that can change something run, on the same 10 ms grid: each full second
// (liveness, timeouts), and while memory is above the watermark or a put has just found no space. Once an owner has died
// every tick runs, because what is mounted is then not known from outside. So a put that is given up frees its space up to a
// second later than it does live.

import { Random } from "../clock/random.ts";
import type { MasterConfig } from "../core/master/master_config.ts";
import { MasterCore, TICK_MS } from "../core/master/master_core.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { MasterReply, MasterRequest, MasterStats } from "../domain/master_api.ts";
import { STORE_CODE } from "../domain/store_error.ts";
import { msToNs, NS_PER_S } from "../domain/units.ts";
import type { EventLoop, UnderWay } from "./event_loop.ts";
import { FifoQueue } from "./fifo_queue.ts";
import { answerInTime, ProcessGate, STORE_RPC_TIMEOUT_NS } from "./process_gate.ts";
import { SlotSpace, type SpaceTotal } from "./slot_space.ts";

export interface SimMasterConfig {
  readonly name: string;
  readonly core: MasterConfig;
  readonly seed: number;
}

/** Looks at the core before and after each tick. */
export type TickWatch = (core: MasterCore, phase: "before" | "after", now_ns: number) => void;

const TICK_NS = msToNs(TICK_MS);
/** After a put that found no space, ticks run for this long: one eviction may take several. */
const WOKEN_NS: number = 10 * TICK_NS;

export class SimMaster {
  readonly #config: SimMasterConfig;
  readonly #loop: EventLoop;
  readonly #host: HostProfile;
  /** Of an RPC: there, or back. */
  readonly #half_ns: number;
  readonly #watch: TickWatch | null;
  #thread = new FifoQueue();
  #total: SpaceTotal = { allocated_bytes: 0, capacity_bytes: 0 };
  #core: MasterCore;
  #up = true;
  readonly #gate = new ProcessGate();
  #tick_armed = false;
  #every_tick = false;
  #woken_until_ns = 0;

  constructor(config: SimMasterConfig, loop: EventLoop, host: HostProfile, watch: TickWatch | null) {
    this.#config = config;
    this.#loop = loop;
    this.#host = host;
    this.#half_ns = Math.floor(host.rpc_ns / 2);
    this.#watch = watch;
    this.#core = this.#newCore();
    this.#everySecond();
  }

  get name(): string {
    return this.#config.name;
  }

  get core(): MasterCore {
    return this.#core;
  }

  stats(): MasterStats {
    return this.#core.stats(this.#loop.now_ns);
  }

  /** `done` gets null when the master is away: RPC_FAIL. `keys`: how many the request or its reply carries. */
  call<R extends MasterRequest>(
    request: R,
    keys: number,
    done: (reply: MasterReply<R["op"]> | null) => void,
  ): void {
    const service_ns = Math.max(0, keys - 1) * this.#host.rpc_key_ns;
    const call = new MasterCall(this, request, service_ns, done);
    this.#loop.at(this.#loop.now_ns + this.#half_ns, "rpc", call);
  }

  /** A call is here, half way. */
  arrived<R extends MasterRequest>(call: MasterCall<R>): void {
    if (this.#gate.stopped) this.#keepWaiting(call);
    else this.#serve(call);
  }

  /** Whether a question finds somebody. */
  get answers(): boolean {
    return this.#up && !this.#gate.stopped;
  }

  stop(): void {
    this.#gate.stop();
  }

  goOn(): void {
    this.#gate.goOn();
  }

  /** A ping that arrives now. A good answer tells its owner nothing, so only another one is brought: null, as for `call`, or need_remount. */
  pinged(client_id: string, onTrouble: (reply: MasterReply<"ping"> | null) => void): void {
    if (this.#gate.stopped) this.#keepPing(client_id, onTrouble);
    else this.#ping(client_id, onTrouble);
  }

  /** Everything it knew is gone; it answers again after `away_ns`, or never. */
  restart(away_ns: number | null): void {
    this.#up = false;
    this.#gate.kill();
    if (away_ns === null) return;
    this.#loop.at(this.#loop.now_ns + away_ns, "fault", () => {
      this.#core = this.#newCore();
      this.#up = true;
    });
  }

  /** What it counts as mounted can no longer be told from what it was asked. */
  ownerMayBeLost(): void {
    this.#every_tick = true;
    this.#armTick();
  }

  #keepWaiting<R extends MasterRequest>({ request, service_ns, done }: MasterCall<R>): void {
    const once = answerInTime(this.#loop, STORE_RPC_TIMEOUT_NS, done);
    const call = new MasterCall(this, request, service_ns, once);
    this.#gate.enter(
      () => this.#serve(call),
      () => this.#bringBack(call, null, this.#loop.now_ns),
    );
  }

  #serve<R extends MasterRequest>(call: MasterCall<R>): void {
    const reply = this.#up ? this.#handle(call.request) : null;
    this.#bringBack(call, reply, this.#thread.reserve(this.#loop.now_ns, call.service_ns));
  }

  #bringBack<R extends MasterRequest>(
    call: MasterCall<R>,
    reply: MasterReply<R["op"]> | null,
    served_ns: number,
  ): void {
    call.served(reply);
    this.#loop.at(served_ns + this.#half_ns, "rpc", call);
  }

  #keepPing(client_id: string, onTrouble: (reply: MasterReply<"ping"> | null) => void): void {
    const ping = (): void => this.#ping(client_id, onTrouble);
    this.#gate.enter(ping, ping);
  }

  #ping(client_id: string, onTrouble: (reply: MasterReply<"ping"> | null) => void): void {
    const reply = this.#up ? this.#handle({ op: "ping", client_id }) : null;
    if (reply !== null && !reply.need_remount) return;
    this.#loop.at(this.#thread.reserve(this.#loop.now_ns, 0) + this.#half_ns, "rpc", () => onTrouble(reply));
  }

  #newCore(): MasterCore {
    const total: SpaceTotal = { allocated_bytes: 0, capacity_bytes: 0 };
    this.#total = total;
    this.#thread = new FifoQueue();
    return new MasterCore(this.#config.core, {
      random: new Random(this.#config.seed).fork("placement"),
      newSpace: (segment_bytes) => new SlotSpace(segment_bytes, total),
    });
  }

  #handle<R extends MasterRequest>(request: R): MasterReply<R["op"]> {
    const now_ns = this.#loop.now_ns;
    const reply = this.#core.handle(request, now_ns);
    if (request.op !== "batch_put_start") return reply;
    if (lacksSpace(reply)) this.#woken_until_ns = now_ns + WOKEN_NS;
    if (this.#tickMatters()) this.#armTick();
    return reply;
  }

  #tickMatters(): boolean {
    const { allocated_bytes, capacity_bytes } = this.#total;
    const high = this.#config.core.eviction_high_watermark_ratio;
    return (
      this.#every_tick || this.#loop.now_ns < this.#woken_until_ns || allocated_bytes > high * capacity_bytes
    );
  }

  #armTick(): void {
    if (this.#tick_armed) return;
    this.#tick_armed = true;
    const next_ns = (Math.floor(this.#loop.now_ns / TICK_NS) + 1) * TICK_NS;
    this.#loop.at(next_ns, "master_tick", () => {
      this.#tick_armed = false;
      if (this.#loop.now_ns % NS_PER_S !== 0) this.#tick();
      if (this.#tickMatters()) this.#armTick();
    });
  }

  #everySecond(): void {
    this.#loop.at(this.#loop.now_ns + NS_PER_S, "master_tick", () => {
      this.#tick();
      this.#everySecond();
    });
  }

  #tick(): void {
    if (!this.#up || this.#gate.stopped) return;
    const now_ns = this.#loop.now_ns;
    this.#watch?.(this.#core, "before", now_ns);
    this.#core.tick(now_ns);
    this.#watch?.(this.#core, "after", now_ns);
  }
}

/** One call: an event when it arrives, and another when its reply is back. */
class MasterCall<R extends MasterRequest> implements UnderWay {
  readonly request: R;
  readonly service_ns: number;
  readonly done: (reply: MasterReply<R["op"]> | null) => void;
  readonly #master: SimMaster;
  #reply: MasterReply<R["op"]> | null = null;
  #is_served = false;

  constructor(
    master: SimMaster,
    request: R,
    service_ns: number,
    done: (reply: MasterReply<R["op"]> | null) => void,
  ) {
    this.request = request;
    this.service_ns = service_ns;
    this.done = done;
    this.#master = master;
  }

  /** Null: by nobody. */
  served(reply: MasterReply<R["op"]> | null): void {
    this.#reply = reply;
    this.#is_served = true;
  }

  proceed(): void {
    if (this.#is_served) this.done(this.#reply);
    else this.#master.arrived(this);
  }
}

function lacksSpace(reply: object): boolean {
  return (
    "objects" in reply &&
    Array.isArray(reply.objects) &&
    reply.objects.some((object: { code: number }) => object.code === STORE_CODE.NO_AVAILABLE_HANDLE)
  );
}
