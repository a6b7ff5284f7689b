// manifest.json: what was run, where, with what, and how it ended. Written when the run starts and replaced when it ends, so
// that a run that was killed is still known as "running".

import type { DataPath } from "../domain/data_path.ts";
import type { MachineFloor } from "./machine_floor.ts";
import type { Measured, RuntimeName } from "./run_summary.ts";

export const MANIFEST_SCHEMA_VERSION = 1;

export type RunStatus = "running" | "done" | "interrupted" | "failed";

export interface Manifest {
  readonly schema_version: typeof MANIFEST_SCHEMA_VERSION;
  readonly scenario: string;
  readonly runtime: RuntimeName;
  readonly argv: readonly string[];
  readonly status: RunStatus;
  /** Why it failed or was interrupted; null otherwise. */
  readonly reason: string | null;
  /** ISO 8601 UTC. */
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly arms: readonly ManifestArm[];
  /** What the arms compare. Absent: nothing, or whoever wrote the file did not say. */
  readonly factor?: { readonly name: string; readonly description: string; readonly claim: string };
  readonly config_diff: readonly ConfigDifference[];
  readonly seeds: { readonly base: number; readonly pairs: readonly number[] };
  readonly versions: {
    readonly tierbench: string;
    readonly bun: string;
    /** Null: not a git checkout. */
    readonly git_head: string | null;
    readonly git_dirty: boolean | null;
  };
  readonly host: HostFacts;
  /** Of the load client on this host, just before the run. Absent: whoever wrote the file measured none. */
  readonly floor?: Measured<MachineFloor>;
  /** How the nodes of each arm reach each other, chosen before anything was started. Absent: not this program's to choose. */
  readonly paths?: readonly ChosenPath[];
  readonly real: readonly string[];
  readonly modelled: readonly string[];
}

/** Of one pair of nodes, for store transfers and hand-overs alike. */
export interface ChosenPath {
  readonly arm: string;
  readonly nodes: readonly [string, string];
  readonly path: DataPath;
  /** What it was chosen over. */
  readonly why: string;
}

export interface ManifestArm {
  readonly name: string;
  readonly factors: Readonly<Record<string, string>>;
  /** The arm's whole frozen configuration. */
  readonly config: object;
}

/** One setting that is not the same in all arms (the form of harness/config's configDifferences). */
export interface ConfigDifference {
  /** `connector.preferred_segment` */
  readonly path: string;
  /** [arms], in their order; undefined (null in the file) where an arm has no such setting. */
  readonly values: readonly unknown[];
}

export interface HostFacts {
  readonly cpu_model: string;
  readonly cpu_cores: number;
  readonly memory_bytes: number;
  readonly kernel: string;
}
