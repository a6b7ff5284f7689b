// Features in the memory of this process: the reference that every other backend is compared with.

import { ok, type Result } from "../../domain/result.ts";
import type { FeatureBackend, FeatureRemoval, FeatureTransfer } from "./feature_backend.ts";
import { type FeatureError, featureError } from "./feature_error.ts";
import { bytesOf, copyBytes } from "./feature_region_bytes.ts";
import { dataBytes } from "./feature_tensor.ts";

export class FeatureLocalBackend implements FeatureBackend {
  readonly kind = "local";
  readonly hard_pin = true;
  readonly #objects = new Map<string, Uint8Array>();

  put(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>> {
    for (const { key, data } of transfers) this.#objects.set(key, bytesOf(data).slice());
    return Promise.resolve(ok(undefined));
  }

  get(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>> {
    return Promise.resolve(this.#get(transfers));
  }

  remove(key: string): Promise<FeatureRemoval> {
    this.#objects.delete(key);
    return Promise.resolve("removed");
  }

  exists(key: string): Promise<boolean> {
    return Promise.resolve(this.#objects.has(key));
  }

  close(): Promise<void> {
    this.#objects.clear();
    return Promise.resolve();
  }

  #get(transfers: readonly FeatureTransfer[]): Result<void, FeatureError> {
    for (const { key, data } of transfers) {
      const object = this.#objects.get(key);
      if (object === undefined) return featureError("not_found", key);
      const wanted = dataBytes(data);
      if (object.byteLength !== wanted) {
        return featureError("short_read", `${key}: got ${object.byteLength} of ${wanted} bytes`);
      }
      copyBytes(object, data);
    }
    return ok(undefined);
  }
}
