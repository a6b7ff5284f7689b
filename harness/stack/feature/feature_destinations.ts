// Where each tensor that a get asks for goes: the caller's own range or array, else a new array.

import { ok, type Result } from "../../domain/result.ts";
import { type FeatureError, featureError } from "./feature_error.ts";
import type { SampleRef } from "./feature_ref.ts";
import type { FeatureGet, FeatureTensors } from "./feature_store_calls.ts";
import { dataBytes, type FeatureTensor, tensorBytes } from "./feature_tensor.ts";

/** A destination of another size than the tensor is refused before anything is read. */
export function destinationsOf(
  ref: SampleRef,
  { names, into }: FeatureGet,
): Result<FeatureTensors, FeatureError> {
  const wanted = names ?? ref.feature_keys;
  const tensors = new Map<string, FeatureTensor>();
  for (const name of wanted) {
    const spec = ref.feature_specs.find((candidate) => candidate.name === name);
    if (spec === undefined)
      return featureError("not_found", `${ref.feature_store_uri} has no tensor ${name}`);
    const { dtype, shape } = spec;
    const bytes = tensorBytes(dtype, shape);
    const data = into.get(name) ?? new Uint8Array(bytes);
    if (dataBytes(data) !== bytes) {
      return featureError("invalid_sample", `${name} has ${bytes} bytes, its destination ${dataBytes(data)}`);
    }
    tensors.set(name, { dtype, shape, data });
  }
  return ok(tensors);
}
