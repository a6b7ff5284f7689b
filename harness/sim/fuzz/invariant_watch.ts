// What must hold in every simulated run, whatever was drawn: looked at while it runs and when it is over. The first broken
// promise throws, with the time at which it was seen.
//
//   at every event      disk and staging buffer of every owner within their sizes; no more memory allocated than mounted
//   at every tick       an object that is leased before is in memory after, unless its owner was lost
//   at the end          every request has one record; every block of every engine is free again; memory that the master
//                       counts as used belongs to objects, and holds the bytes that their keys name

import type { MasterCore } from "../../core/master/master_core.ts";
import { AssertionError, assert } from "../../domain/assert.ts";
import type { ObjectKey } from "../../domain/object_key.ts";
import type { RequestRecord } from "../../domain/request_record.ts";
import { NS_PER_S } from "../../domain/units.ts";
import { namespaceContent } from "../block_shard.ts";
import type { SimFault } from "../sim_fault.ts";
import type { SimMaster, TickWatch } from "../sim_master.ts";
import type { SimOwner } from "../sim_owner.ts";
import type { Simulation } from "../simulation.ts";

/** Looking at every object costs as many steps; a part of the ticks is enough to see what goes wrong in some. */
const WATCHED_TICKS = 4;

export class InvariantWatch {
  readonly records: RequestRecord[] = [];
  readonly #faults: readonly SimFault[];
  /** Objects in memory that were leased when a watched tick began. */
  readonly #leased = new Map<ObjectKey, string>();
  #simulation: Simulation | null = null;
  #ticks = 0;

  constructor(faults: readonly SimFault[]) {
    this.#faults = faults;
  }

  readonly watch: TickWatch = (core, phase, now_ns) => {
    if (phase === "before") this.#ticks++;
    if (this.#ticks % WATCHED_TICKS !== 0) return;
    if (phase === "before") this.#noteLeased(core, now_ns);
    else this.#checkLeased(core, now_ns);
  };

  readonly onEvent = (): void => {
    if (this.#simulation === null) return;
    const { owners, masters } = this.#simulation.stack;
    for (const owner of owners) checkDisk(owner);
    for (const master of masters) checkMemory(master);
  };

  record(record: RequestRecord): void {
    this.records.push(record);
  }

  /** Runs it to its end, past the last hand-over that nobody came for. */
  run(simulation: Simulation): void {
    this.#simulation = simulation;
    try {
      simulation.start();
      simulation.run();
      this.#checkRequests(simulation);
      const { masters, owners, engines } = simulation.stack;
      for (const process of [...masters, ...owners, ...engines]) process.goOn();
      this.#drain(simulation);
      for (const engine of simulation.stack.engines) {
        engine.core.assertInvariants();
        const { kv_cache_usage, num_requests_running, num_requests_waiting } = engine.snapshot();
        assert(kv_cache_usage === 0, "every block is free when no request is left");
        assert(num_requests_running + num_requests_waiting === 0, "no request is left in an engine");
      }
      this.#checkReads(simulation);
      this.#checkStore(simulation);
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      throw new AssertionError(`${(simulation.loop.now_ns / NS_PER_S).toFixed(6)} s: ${error.message}`);
    }
  }

  #noteLeased(core: MasterCore, now_ns: number): void {
    this.#leased.clear();
    for (const key of core.keys()) {
      const object = core.queryKey(key, now_ns);
      const memory = object?.replicas.find(({ tier }) => tier === "cpu");
      if (object?.leased === true && memory !== undefined) this.#leased.set(key, memory.segment_name);
    }
  }

  #checkLeased(core: MasterCore, now_ns: number): void {
    const mounted = new Set(core.stats(now_ns).segments.map(({ segment_name }) => segment_name));
    for (const [key, segment_name] of this.#leased) {
      if (!mounted.has(segment_name)) continue;
      const replicas = core.queryKey(key, now_ns)?.replicas ?? [];
      assert(
        replicas.some(({ tier }) => tier === "cpu"),
        `a leased object is not evicted: ${key}`,
      );
    }
  }

  #checkRequests({ load }: Simulation): void {
    const ids = new Set(this.records.map(({ request_id }) => request_id));
    assert(ids.size === this.records.length, "no request finishes twice");
    assert(load.sent_requests === this.records.length, "no request is lost");
    const failed = this.records.filter(({ error }) => error !== null);
    assert(
      failed.every(({ error }) => error?.code === "timeout"),
      `faults of the store fail no request: ${failed[0]?.error?.detail}`,
    );
    if (failed.length === 0) assert(load.planned_requests === this.records.length, "every request is sent");
    for (const record of this.records) {
      const { token_ns, sent_ns } = record;
      assert(
        token_ns.every((time_ns, i) => time_ns > (token_ns[i - 1] ?? sent_ns)),
        "tokens come one after the other",
      );
    }
  }

  /** Reads of another object's bytes are seen and refused. None happens while nobody forgets what is where. */
  #checkReads({ stack }: Simulation): void {
    const forgets = this.#faults.some(({ kind }) => kind === "master_restart" || kind === "owner_death");
    for (const engine of stack.engines) {
      const { stale_reads, corrupt_reads } = engine.snapshot();
      assert(stale_reads === 0, "no block of older weights is read");
      if (!forgets) assert(corrupt_reads === 0, "no block of other bytes is read");
    }
  }

  #checkStore({ stack, loop }: Simulation): void {
    const restarted = this.#faults.some(({ kind }) => kind === "master_restart");
    const owners = new Map(stack.owners.map((owner) => [owner.config.segment.segment_name, owner]));
    for (const { core } of stack.masters) {
      let held_bytes = 0;
      for (const key of core.keys()) {
        const object = core.queryKey(key, loop.now_ns);
        for (const replica of object?.replicas ?? []) {
          if (replica.tier !== "cpu") continue;
          held_bytes += replica.bytes;
          const owner = owners.get(replica.segment_name);
          if (owner === undefined || restarted || object?.readable !== true) continue;
          checkContent(owner, key, replica.offset);
        }
      }
      const { allocated_bytes, total_capacity_bytes } = core.stats(loop.now_ns);
      assert(allocated_bytes <= total_capacity_bytes, "no more memory is allocated than mounted");
      assert(held_bytes <= allocated_bytes, "every copy has memory of its own");
      const owners_write = stack.owners.some((owner) => owner.disk !== null);
      if (!owners_write) assert(held_bytes === allocated_bytes, "memory in use belongs to objects");
    }
  }

  /** Hand-overs that nobody took, and requests that ended by timeout, give their blocks back with time. */
  #drain({ loop, stack }: Simulation): void {
    const hold_ms = Math.max(...stack.engines.map((engine) => engine.config.core.remote_hold_ms));
    const until_ns = loop.now_ns + hold_ms * 1e6 + NS_PER_S;
    while ((loop.now_ns < until_ns || loop.pending_work > 0) && loop.step()) this.onEvent();
  }
}

function checkMemory(master: SimMaster): void {
  for (const { allocated_bytes, capacity_bytes } of master.stats().segments) {
    assert(allocated_bytes <= capacity_bytes, "no more memory is allocated than mounted");
  }
}

function checkDisk({ disk, config }: SimOwner): void {
  if (disk === null || config.disk === null) return;
  const { used_bytes, staged_bytes } = disk.snapshot();
  assert(used_bytes <= config.disk.capacity_bytes, "bucket files fit on the disk");
  assert(staged_bytes <= config.disk.staging_bytes, "staged objects fit into the staging buffer");
}

function checkContent(owner: SimOwner, key: ObjectKey, offset: number): void {
  // A dead owner's memory is gone until the master notices; one that came back has mounted new memory.
  if (!owner.alive || owner.life > 0) return;
  const [, namespace, hash] = /@tp_rank:(\d+)@.*@([0-9a-f]+)$/.exec(key) ?? [];
  const named = namespaceContent(Number.parseInt(hash ?? "", 16), Number(namespace));
  const said = owner.contents.hash(owner.slot(offset));
  assert(said === named, `a stored object holds the bytes of its key: ${key} holds ${said}, not ${named}`);
}
