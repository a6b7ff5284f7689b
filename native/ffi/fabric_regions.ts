// The registrations of a fabric plane. Registering pins memory and costs milliseconds a GiB, so a region is registered once
// and counted; the last deregister ends its key, at once: a key must not outlive the memory that it was given out for.

import type { Pointer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { FABRIC_KEY_BYTES } from "./fabric_layout.ts";
import type { FabricLibrary } from "./fabric_library.ts";
import type {
  FabricError,
  FabricMemory,
  FabricOpCode,
  FabricOpResult,
  FabricRegion,
} from "./fabric_plane.ts";
import type { FabricRequest } from "./fabric_slots.ts";
import { cString } from "./native_library.ts";
import type { OpRing } from "./op_ring.ts";
import { regionError } from "./region_error.ts";

interface Registration {
  readonly result: Promise<Result<FabricRegion, FabricError>>;
  users: number;
}

const NO_DMABUF: FabricError = {
  code: "unsupported_memory",
  detail:
    "dmabuf memory needs libfabric 1.20 or later (FI_MR_DMABUF) and a device that maps it; this build has neither. Register host memory.",
};

export class FabricRegions {
  readonly #native: FabricLibrary;
  readonly #fabric: Pointer;
  readonly #ring: OpRing<FabricRequest, FabricOpCode>;
  readonly #provider: string;
  /** By path and generation. */
  readonly #cache = new Map<string, Registration>();
  readonly #open = new Map<number, { readonly region: FabricRegion; readonly name: string }>();

  constructor(
    native: FabricLibrary,
    fabric: Pointer,
    ring: OpRing<FabricRequest, FabricOpCode>,
    provider: string,
  ) {
    this.#native = native;
    this.#fabric = fabric;
    this.#ring = ring;
    this.#provider = provider;
  }

  async register(memory: FabricMemory): Promise<Result<FabricRegion, FabricError>> {
    if (memory.kind === "dmabuf") return err(NO_DMABUF);
    const name = `${memory.generation}:${memory.shm_path}`;
    let registration = this.#cache.get(name);
    if (registration === undefined) {
      registration = { result: this.#registerNew(name, memory), users: 0 };
      this.#cache.set(name, registration);
    }
    registration.users++;
    const result = await registration.result;
    if (!result.ok && this.#cache.get(name) === registration) this.#cache.delete(name);
    return result;
  }

  async deregister(region: FabricRegion): Promise<void> {
    this.assertOpen(region);
    const { name } = present(this.#open.get(region.region_id), "an open region has a name");
    const registration = present(this.#cache.get(name), "an open region is in the cache");
    if (--registration.users > 0) return;
    this.#cache.delete(name);
    this.#open.delete(region.region_id);
    const [result] = await this.#run("deregister", region.region_id);
    assert(result?.code === "ok", `no op runs on a region when it is deregistered (errno ${result?.value})`);
    assert(
      this.#native.tb_fabric_region_close(this.#fabric, region.region_id) === 0,
      "a deregistered region can be closed",
    );
  }

  async deregisterAll(): Promise<void> {
    for (const { region, name } of [...this.#open.values()]) {
      present(this.#cache.get(name), "an open region is in the cache").users = 1;
      await this.deregister(region);
    }
  }

  assertOpen(region: FabricRegion): void {
    assert(
      this.#open.get(region.region_id)?.region === region,
      `region ${region.region_id} is registered by this plane`,
    );
  }

  async #registerNew(
    name: string,
    memory: FabricMemory & { kind: "shm" },
  ): Promise<Result<FabricRegion, FabricError>> {
    const id = this.#native.tb_fabric_region_open(this.#fabric, cString(memory.shm_path), memory.generation);
    if (id < 0) return err(openError(memory.shm_path, id));
    const [result] = await this.#run("register", id);
    assert(result !== undefined, "a request has a result");
    if (result.code !== "ok") {
      this.#native.tb_fabric_region_close(this.#fabric, id);
      return err(registerError(memory.shm_path, result));
    }
    const region = this.#describe(id, memory.generation);
    this.#open.set(id, { region, name });
    return ok(region);
  }

  #run(kind: "register" | "deregister", region_id: number): Promise<readonly FabricOpResult[]> {
    const nothing = {
      remote_id: 0,
      region_offset: 0,
      remote_offset: 0,
      bytes: 0,
      deadline_ns: 0,
      verify: null,
    };
    return this.#ring.submit([{ kind, region_id, ...nothing }], null);
  }

  #describe(region_id: number, generation: number): FabricRegion {
    const opaque = new Uint8Array(FABRIC_KEY_BYTES);
    const error = this.#native.tb_fabric_region_key(this.#fabric, region_id, opaque);
    assert(error === 0, "a registered region has a key");
    const bytes = this.#native.tb_fabric_region_bytes(this.#fabric, region_id);
    const key = { provider: this.#provider, bytes, generation, opaque: opaque.toBase64() };
    return { region_id, bytes, key };
  }
}

function openError(path: string, minus_errno: number): FabricError {
  const { code, detail } = regionError(path, minus_errno);
  const known = code === "not_found" || code === "wrong_generation" || code === "not_a_region";
  return { code: known ? code : "io", detail };
}

function registerError(path: string, result: FabricOpResult): FabricError {
  if (result.code !== "exhausted")
    return { code: "io", detail: `${path}: registration failed (errno ${result.value}).` };
  return {
    code: "registration_exhausted",
    detail:
      `${path}: no more memory can be registered (errno ${result.value}). Raise the limit of locked memory (ulimit -l) or ` +
      "max_registered_bytes, or register fewer segments.",
  };
}
