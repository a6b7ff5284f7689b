// What the FeatureStore hands out: names, shapes and generations, never bytes. All of it is JSON, so that a producer can write
// refs into a manifest that consumers in other processes read. Fields as SpecForge's contracts (spec: specforge_feature_store.md).

import type { FeatureDtype } from "./feature_tensor.ts";

export interface FeatureSpec {
  readonly name: string;
  /** Elements a dimension. */
  readonly shape: readonly number[];
  readonly dtype: FeatureDtype;
}

/** What a producer says of a sample beside its tensors. */
export interface SampleMetadata {
  readonly run_id: string;
  readonly source_task_id: string;
  readonly strategy: string;
  readonly target_model_version: string;
  readonly draft_weight_version: string;
  readonly tokenizer_version: string;
  readonly num_tokens: number;
}

export interface SampleRef extends SampleMetadata {
  readonly schema_version: 1;
  readonly sample_id: string;
  /** `<backend>://<store_id>/<sample_id>`. */
  readonly feature_store_uri: string;
  readonly feature_keys: readonly string[];
  /** [feature_keys]: the tensor behind each key. */
  readonly feature_specs: readonly FeatureSpec[];
  /** Sum over the tensors. */
  readonly estimated_bytes: number;
  /** Of the sample: from 1, rising with every put of the store. */
  readonly metadata: { readonly generation: number };
}

/** One lease on one generation of a sample. */
export interface FeatureHandle {
  readonly sample_id: string;
  readonly generation: number;
  readonly lease_token: number;
}

export const NO_SAMPLE_METADATA: SampleMetadata = {
  run_id: "",
  source_task_id: "",
  strategy: "",
  target_model_version: "",
  draft_weight_version: "",
  tokenizer_version: "",
  num_tokens: 0,
};
