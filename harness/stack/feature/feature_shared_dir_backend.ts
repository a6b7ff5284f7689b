// Features as files of a directory that producers and consumers share, named after their keys with "%" for "/". A file appears
// under its name when it is whole, so a reader never sees a part of one. Nothing evicts files, which is the same as pinning them.

import { open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ok, type Result } from "../../domain/result.ts";
import type { FeatureBackend, FeatureRemoval, FeatureTransfer } from "./feature_backend.ts";
import { type FeatureError, featureError } from "./feature_error.ts";
import { bytesOf, copyBytes } from "./feature_region_bytes.ts";
import { dataBytes } from "./feature_tensor.ts";

export class FeatureSharedDirBackend implements FeatureBackend {
  readonly kind = "shared_dir";
  readonly hard_pin = true;
  readonly #root: string;

  /** `root` exists and is the caller's. */
  constructor(root: string) {
    this.#root = root;
  }

  async put(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>> {
    for (const { key, data } of transfers) {
      const path = this.#path(key);
      try {
        await writeWhole(`${path}.part`, bytesOf(data));
        await rename(`${path}.part`, path);
      } catch (error) {
        await rm(`${path}.part`, { force: true });
        return featureError("put_failed", `${key}: ${reasonOf(error)}`);
      }
    }
    return ok(undefined);
  }

  async get(transfers: readonly FeatureTransfer[]): Promise<Result<void, FeatureError>> {
    for (const { key, data } of transfers) {
      const wanted = dataBytes(data);
      const bytes = data instanceof Uint8Array ? data : new Uint8Array(wanted);
      try {
        const got = await readUpTo(this.#path(key), bytes);
        if (got !== wanted) return featureError("short_read", `${key}: got ${got} of ${wanted} bytes`);
      } catch (error) {
        return featureError(isAbsent(error) ? "not_found" : "get_failed", `${key}: ${reasonOf(error)}`);
      }
      if (bytes !== data) copyBytes(bytes, data);
    }
    return ok(undefined);
  }

  async remove(key: string): Promise<FeatureRemoval> {
    try {
      await rm(this.#path(key), { force: true });
      return "removed";
    } catch {
      return "failed";
    }
  }

  async exists(key: string): Promise<boolean | null> {
    try {
      await stat(this.#path(key));
      return true;
    } catch (error) {
      return isAbsent(error) ? false : null;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #path(key: string): string {
    return join(this.#root, key.replaceAll("/", "%"));
  }
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "w");
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
}

/** Fills `bytes` as far as the file reaches; returns the file's size when it is longer. */
async function readUpTo(path: string, bytes: Uint8Array): Promise<number> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > bytes.byteLength) return size;
    let done = 0;
    while (done < bytes.byteLength) {
      const { bytesRead } = await file.read(bytes, done, bytes.byteLength - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  } finally {
    await file.close();
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
