// What the processes of a feature stream say to each other, by way of the command that started them: refs and acknowledgements,
// never tensors. Times are CLOCK_MONOTONIC ns.

import type { FeatureStreamConfig } from "../../../workloads/feature_stream.ts";
import type { FeatureBackendKind } from "../../stack/feature/feature_backend.ts";
import type { SampleRef } from "../../stack/feature/feature_ref.ts";
import type { RequesterSetup } from "../../stack/mooncake/mooncake_requester_protocol.ts";

/** How a process reaches a Mooncake store: the command that runs its requester, and what the requester is told. */
export interface StreamRequester {
  readonly argv: readonly string[];
  readonly setup: RequesterSetup;
}

export interface StreamWorkerConfig {
  /** colocated: a producer and a consumer in one process, which is all that a local backend reaches. */
  readonly role: "producer" | "consumer" | "colocated";
  /** Among those of its role. */
  readonly index: number;
  readonly backend: FeatureBackendKind;
  readonly stream: FeatureStreamConfig;
  readonly seed: number;
  /** Of the producer whose samples they are: one process puts under one store_id. */
  readonly store_ids: readonly string[];
  /** Of shared_dir. */
  readonly root: string;
  /** Of store. */
  readonly master_address: string;
  /** Of mooncake. */
  readonly requester: StreamRequester | null;
  /** Of store and mooncake. */
  readonly staging_path: string;
  readonly hold_s: number;
}

/** A sample on its way from a producer to a consumer. */
export interface SentSample {
  readonly producer_index: number;
  readonly ref: SampleRef;
  /** Of all bytes of its tensors. */
  readonly digest: string;
  readonly put_start_ns: number;
  readonly is_warm_up: boolean;
}

export type FromWorker =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly detail: string }
  | { readonly kind: "put"; readonly sent: SentSample }
  /** Its samples of the warm-up are put and consumed. */
  | { readonly kind: "warm" }
  /** All put, and all consumed or the hold is over. */
  | {
      readonly kind: "produced";
      readonly waits: number;
      readonly held_ms: number;
      readonly unconsumed: number;
    }
  | {
      readonly kind: "consumed";
      readonly producer_index: number;
      readonly sample_id: string;
      readonly end_ns: number;
      /** Null: every byte was right. */
      readonly problem: string | null;
    };

export type ToWorker =
  | { readonly kind: "warm_up" }
  | { readonly kind: "start" }
  | { readonly kind: "sample"; readonly sent: SentSample }
  /** freed: by the consumer, so that nothing of it is left to remove. */
  | { readonly kind: "consumed"; readonly sample_id: string; readonly freed: boolean };
