// A tensor of a sample: raw bytes in row-major order with their dtype and shape, in the JS heap or in registered memory.

import type { Region } from "../../../native/ffi/data_plane.ts";

export const DTYPE_BYTES = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
} as const;

export type FeatureDtype = keyof typeof DTYPE_BYTES;

/** Bytes of registered memory. They must stay as they are until the call that is given them has ended. */
export interface RegionRange {
  readonly region: Region;
  readonly offset: number;
  readonly bytes: number;
}

export interface FeatureTensor {
  readonly dtype: FeatureDtype;
  /** Elements a dimension; [] is a scalar. */
  readonly shape: readonly number[];
  readonly data: Uint8Array | RegionRange;
}

export function tensorBytes(dtype: FeatureDtype, shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, DTYPE_BYTES[dtype]);
}

export function dataBytes(data: Uint8Array | RegionRange): number {
  return data instanceof Uint8Array ? data.byteLength : data.bytes;
}

/** What is wrong with a tensor; null when nothing is. An empty tensor has no bytes to store. */
export function tensorProblem({ dtype, shape, data }: FeatureTensor): string | null {
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent > 0)) {
    return `shape must be of positive integers, got [${shape.join(", ")}]`;
  }
  const wanted = tensorBytes(dtype, shape);
  const got = dataBytes(data);
  return wanted === got
    ? null
    : `${dtype} of shape [${shape.join(", ")}] must have ${wanted} bytes, got ${got}`;
}
