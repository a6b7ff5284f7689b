// The regions a plane has open. An op names a region by its object; a closed one is refused here, before native code sees it.

import type { Pointer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { Region, RegionError } from "./data_plane.ts";
import { cString, type NativeLibrary } from "./native_library.ts";
import { regionError } from "./region_error.ts";

type OpenRegion = { -readonly [Field in keyof Region]: Region[Field] };

export class RegionTable {
  readonly #native: NativeLibrary;
  readonly #plane: Pointer;
  readonly #open = new Map<number, OpenRegion>();

  constructor(native: NativeLibrary, plane: Pointer) {
    this.#native = native;
    this.#plane = plane;
  }

  create(shm_path: string, bytes: number, generation: number): Result<Region, RegionError> {
    assert(Number.isSafeInteger(bytes) && bytes > 0, `a region's bytes are a positive integer, got ${bytes}`);
    assertGeneration(generation);
    return this.#add(
      shm_path,
      this.#native.tb_region_create(this.#plane, cString(shm_path), bytes, generation),
    );
  }

  attach(shm_path: string, generation: number | null): Result<Region, RegionError> {
    return this.#add(
      shm_path,
      this.#native.tb_region_attach(this.#plane, cString(shm_path), generation ?? -1),
    );
  }

  renew(region: Region, generation: number): void {
    this.assertOpen(region);
    assertGeneration(generation);
    const error = this.#native.tb_region_renew(this.#plane, region.region_id, generation);
    assert(error === 0, `${region.shm_path} was made by this plane`);
    const open = present(this.#open.get(region.region_id), "an open region is in the table");
    open.generation = generation;
  }

  close(region: Region): void {
    this.assertOpen(region);
    const error = this.#native.tb_region_close(this.#plane, region.region_id);
    assert(error === 0, `no op runs on ${region.shm_path} when it is closed`);
    this.#open.delete(region.region_id);
  }

  assertOpen(region: Region): void {
    assert(this.#open.get(region.region_id) === region, `${region.shm_path} is an open region of this plane`);
  }

  #add(shm_path: string, region_id: number): Result<Region, RegionError> {
    if (region_id < 0) return err(regionError(shm_path, region_id));
    const region: OpenRegion = {
      region_id,
      shm_path,
      bytes: this.#native.tb_region_bytes(this.#plane, region_id),
      generation: this.#native.tb_region_generation(this.#plane, region_id),
    };
    this.#open.set(region_id, region);
    return ok(region);
  }
}

function assertGeneration(generation: number): void {
  assert(
    Number.isSafeInteger(generation) && generation >= 0,
    `a generation counts from 0, got ${generation}`,
  );
}
