// Names of samples and of their objects, and the ref that tells them: `{store}/{sample}/g{generation}/{name}`, an object a tensor.

import type { FeatureBackendKind } from "./feature_backend.ts";
import type { FeatureError } from "./feature_error.ts";
import type { SampleMetadata, SampleRef } from "./feature_ref.ts";
import type { EndedObject } from "./feature_removals.ts";
import { dataBytes, type FeatureTensor, tensorBytes, tensorProblem } from "./feature_tensor.ts";

/** Neither a path nor a part of one that leads elsewhere. */
const SAFE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

export function featureKey(store_id: string, sample_id: string, generation: number, name: string): string {
  return `${store_id}/${sample_id}/g${generation}/${name}`;
}

export function featureUri(kind: FeatureBackendKind, store_id: string, sample_id: string): string {
  return `${kind}://${store_id}/${sample_id}`;
}

/** Null when the sample can be put. */
export function sampleProblem(
  sample_id: string,
  tensors: ReadonlyMap<string, FeatureTensor>,
): FeatureError | null {
  if (tensors.size === 0) return { code: "empty_put", detail: "put requires at least one tensor" };
  const unsafe = [sample_id, ...tensors.keys()].find((name) => !SAFE_NAME.test(name));
  if (unsafe !== undefined) {
    const detail = `a sample or tensor name must be letters, digits, ".", "_", "-", got ${JSON.stringify(unsafe)}`;
    return { code: "invalid_sample", detail };
  }
  for (const [name, tensor] of tensors) {
    const problem = tensorProblem(tensor);
    if (problem !== null) return { code: "invalid_sample", detail: `${name}: ${problem}` };
  }
  return null;
}

export function sampleRef(
  kind: FeatureBackendKind,
  store_id: string,
  sample_id: string,
  generation: number,
  tensors: ReadonlyMap<string, FeatureTensor>,
  metadata: SampleMetadata,
): SampleRef {
  return {
    ...metadata,
    schema_version: 1,
    sample_id,
    feature_store_uri: featureUri(kind, store_id, sample_id),
    feature_keys: [...tensors.keys()],
    feature_specs: [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    estimated_bytes: [...tensors.values()].reduce((sum, { data }) => sum + dataBytes(data), 0),
    metadata: { generation },
  };
}

/** The objects that a sample leaves behind. */
export function endedObjects(store_id: string, ref: SampleRef): readonly EndedObject[] {
  const { sample_id, metadata, feature_specs } = ref;
  return feature_specs.map(({ name, dtype, shape }) => ({
    sample_id,
    key: featureKey(store_id, sample_id, metadata.generation, name),
    bytes: tensorBytes(dtype, shape),
  }));
}
