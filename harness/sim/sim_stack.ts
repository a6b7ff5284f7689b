// Masters, owners, engines and router of a simulated stack, put together on one event loop.

import { createRouterCore, DEFAULT_ROUTER_CORE_CONFIG } from "../core/router/router_core.ts";
import { assert, present } from "../domain/assert.ts";
import type { WeightReset } from "../domain/weight_reset.ts";
import { DiskDevice } from "./disk_device.ts";
import type { EventLoop } from "./event_loop.ts";
import { Fabric } from "./fabric.ts";
import type { SimStackConfig } from "./sim_config.ts";
import { emptyHbm, SimEngine, type SimEngineConfig } from "./sim_engine.ts";
import type { SimFault } from "./sim_fault.ts";
import { SimMaster, type TickWatch } from "./sim_master.ts";
import { type SimNativeParts, SimNativeStore } from "./sim_native_store.ts";
import { SimOwner } from "./sim_owner.ts";
import { SimRouter } from "./sim_router.ts";
import { SimStoreClient } from "./sim_store_client.ts";

interface Stoppable {
  stop(): void;
  goOn(): void;
}

export class SimStack {
  /** As in SimStackConfig. */
  readonly masters: readonly SimMaster[];
  readonly owners: readonly SimOwner[];
  readonly engines: readonly SimEngine[];
  readonly router: SimRouter;
  readonly #loop: EventLoop;
  readonly #fabric: Fabric;
  /** [node], one and the same for all when they are one host. */
  readonly #devices: readonly DiskDevice[];

  constructor(config: SimStackConfig, loop: EventLoop, watch: TickWatch | null) {
    const { nodes, link, host, masters } = config;
    const indexOf = new Map(nodes.map((node, i) => [node, i]));
    const shared_device = new DiskDevice(host);
    this.#loop = loop;
    this.#fabric = new Fabric(nodes.length, link, host);
    this.#devices = nodes.map(() => (host.one_host ? shared_device : new DiskDevice(host)));
    this.masters = masters.map((master) => new SimMaster(master, loop, host, watch));
    const object_bytes = objectBytes(config.engines);
    this.owners = config.owners.map((owner) => {
      const node_index = present(indexOf.get(owner.segment.node), "an owner lives on a node of the stack");
      return new SimOwner(owner, {
        loop,
        host,
        master: this.#masterOf(node_index),
        device: this.#devices[node_index] ?? null,
        node_index,
        object_bytes,
      });
    });
    this.engines = this.#makeEngines(config, indexOf, object_bytes);
    this.router = new SimRouter({
      loop,
      host,
      core: createRouterCore(config.router.policy, config.router.engines, {
        ...DEFAULT_ROUTER_CORE_CONFIG,
        kv_aware: config.router.kv_aware,
      }),
      policy: config.router.policy,
      engines: new Map(this.engines.map((engine) => [engine.config.core.engine_name, engine])),
    });
  }

  inject(fault: Exclude<SimFault, { readonly kind: "stack_death" }>): void {
    switch (fault.kind) {
      case "owner_death": {
        const owner = present(this.owners[fault.owner_index], "a fault names an owner of the stack");
        owner.die();
        if (fault.away_ns !== null) this.#after(fault.away_ns, () => owner.comeBack());
        return;
      }
      case "master_restart":
        present(this.masters[fault.index], "a fault names a master of the stack").restart(fault.away_ns);
        return;
      case "pause":
        this.#stoppable(fault).stop();
        return;
      case "resume":
        this.#stoppable(fault).goOn();
        return;
      case "link_loss":
        this.#fabric.loseLink(fault.node_index, this.#loop.now_ns + fault.for_ns);
        return;
      case "disk_full": {
        const device = this.#device(fault.node_index);
        device.full = true;
        this.#after(fault.for_ns, () => {
          device.full = false;
        });
        return;
      }
      case "slow_link":
        this.#fabric.slowLink(fault.node_index, fault.factor);
        this.#after(fault.for_ns, () => this.#fabric.slowLink(fault.node_index, 1));
        return;
      case "slow_disk": {
        const device = this.#device(fault.node_index);
        device.slowness = fault.factor;
        this.#after(fault.for_ns, () => {
          device.slowness = 1;
        });
      }
    }
  }

  /** New weights for every engine; done when every reset has ended, with an engine that could not empty its caches. */
  updateWeights(
    weights_version: number,
    weight_reset: WeightReset,
    done: (refused_by: string | null) => void,
  ): void {
    let left = this.engines.length;
    let refused_by: string | null = null;
    for (const engine of this.engines) {
      engine.updateWeights(weights_version, weight_reset, (ok) => {
        if (!ok) refused_by ??= engine.config.core.engine_name;
        left--;
        if (left === 0) done(refused_by);
      });
    }
  }

  #nativeStore(
    config: NonNullable<SimEngineConfig["native"]>,
    parts: Omit<SimNativeParts, "device" | "slot_bytes">,
  ): SimNativeStore {
    const device = present(this.#devices[parts.node_index], "every node has a disk");
    return new SimNativeStore(config, { ...parts, device, slot_bytes: config.slot_bytes });
  }

  #masterOf(node_index: number): SimMaster {
    const master = this.masters.length === 1 ? this.masters[0] : this.masters[node_index];
    return present(master, "who asks the store has a master");
  }

  #stoppable({ process, index }: Extract<SimFault, { readonly kind: "pause" | "resume" }>): Stoppable {
    const processes = { master: this.masters, owner: this.owners, engine: this.engines }[process];
    const found: SimMaster | SimOwner | SimEngine | undefined = processes[index];
    return present(found, "a fault names a process of the stack");
  }

  #device(node_index: number): DiskDevice {
    return present(this.#devices[node_index], "a fault names a node of the stack");
  }

  #after(delay_ns: number, action: () => void): void {
    this.#loop.at(this.#loop.now_ns + delay_ns, "fault", action);
  }

  #makeEngines(
    { engines, host }: SimStackConfig,
    indexOf: ReadonlyMap<string, number>,
    object_bytes: number,
  ): SimEngine[] {
    const by_name = new Map<string, SimEngine>();
    const owners = new Map(this.owners.map((owner) => [owner.config.segment.segment_name, owner]));
    return engines.map((config) => {
      const { engine_name, node, connector, num_hbm_blocks, ranks } = config.core;
      const node_index = present(indexOf.get(node), "an engine lives on a node of the stack");
      const hbm = emptyHbm(num_hbm_blocks * ranks.tp_size);
      const parts = { loop: this.#loop, fabric: this.#fabric, node_index, hbm };
      const store =
        connector === null
          ? null
          : config.native !== null
            ? this.#nativeStore(config.native, { ...parts, object_bytes, ranks })
            : new SimStoreClient({
                ...parts,
                master: this.#masterOf(node_index),
                owners,
                client_id: engine_name,
                node,
                object_bytes,
                get_order: connector.get_order,
                ranks,
              });
      const engine = new SimEngine(config, { ...parts, host, store, engines: by_name });
      by_name.set(engine_name, engine);
      return engine;
    });
  }
}

/** Bytes of one object: a block of one rank. One size in a stack, as in the stacks it models. */
function objectBytes(engines: readonly SimEngineConfig[]): number {
  const sizes = new Set(engines.map(({ core }) => core.ranks.shard_bytes));
  assert(sizes.size === 1, "all engines of a stack have blocks of one size");
  return present([...sizes][0], "a stack has an engine");
}
