// Shared memory that this process makes. A file left by a process that was killed is removed first; one whose maker lives is not.

import { rmSync } from "node:fs";
import type { DataPlane, Region } from "../../native/ffi/data_plane.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { formatBytes } from "../domain/units.ts";
import type { StartError } from "./start_error.ts";

export function createOwnedRegion(
  plane: DataPlane,
  field: string,
  shm_path: string,
  bytes: number,
  generation: number,
): Result<Region, StartError> {
  let made = plane.createRegion(shm_path, bytes, generation);
  if (!made.ok && made.error.code === "exists" && removeIfAbandoned(plane, shm_path)) {
    made = plane.createRegion(shm_path, bytes, generation);
  }
  if (made.ok) return ok(made.value);
  const detail = `${field}: cannot make ${formatBytes(bytes)} of shared memory: ${made.error.detail}`;
  return err({ code: "shared_memory", detail });
}

function removeIfAbandoned(plane: DataPlane, shm_path: string): boolean {
  const attached = plane.attachRegion(shm_path, null);
  if (attached.ok) {
    plane.closeRegion(attached.value);
    return false;
  }
  if (attached.error.code !== "not_found") return false;
  rmSync(shm_path, { force: true });
  return true;
}
