// Everything a simulated run is made of, as plain data. harness/cli/sim/sim_arm.ts derives it from an arm and its stack plan.

import type { LinkShape } from "../core/link/link_shaper.ts";
import type { KvAwareConfig } from "../core/router/kv_aware_config.ts";
import type { RouterEngine, RoutingPolicy } from "../core/router/router_api.ts";
import type { HostProfile } from "../domain/host_profile.ts";
import type { RequestRecord } from "../domain/request_record.ts";
import type { WeightReset } from "../domain/weight_reset.ts";
import type { LoadSource } from "../load/sources/load_source.ts";
import type { SimEngineConfig } from "./sim_engine.ts";
import type { SimFault } from "./sim_fault.ts";
import type { SimMasterConfig } from "./sim_master.ts";
import type { SimOwnerConfig } from "./sim_owner.ts";

export interface SimStackConfig {
  readonly nodes: readonly string[];
  readonly link: LinkShape;
  readonly host: HostProfile;
  /** None: no store. One: for all nodes. Else one a node, in the order of nodes. */
  readonly masters: readonly SimMasterConfig[];
  readonly owners: readonly SimOwnerConfig[];
  readonly engines: readonly SimEngineConfig[];
  readonly router: {
    readonly policy: RoutingPolicy;
    readonly kv_aware: KvAwareConfig;
    readonly engines: readonly RouterEngine[];
  };
}

export interface SimRunConfig {
  readonly stack: SimStackConfig;
  readonly source: LoadSource;
  readonly arm: string;
  readonly pair_index: number;
  readonly request_timeout_ms: number;
  /** Between the phases of a workload the weights change. */
  readonly weight_reset: WeightReset;
  readonly faults: readonly SimFault[];
  readonly onInjected: (fault: SimFault, at_ns: number) => void;
  /** An engine could not empty its caches for new weights: the run ends. */
  readonly onWeightsRefused: (engine_name: string) => void;
  readonly onRecord: (record: RequestRecord) => void;
}
