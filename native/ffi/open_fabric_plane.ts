// The FabricPlane on libfabric or plain sockets. Contract: fabric_plane.ts; C ABI: include/tierbench_fabric.h; engines:
// native/libfabric/src and native/tcp/src.

import type { Pointer } from "bun:ffi";
import { assert } from "../../harness/domain/assert.ts";
import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import { FABRIC_KEY_BYTES } from "./fabric_layout.ts";
import { type FabricLibrary, loadFabricLibrary } from "./fabric_library.ts";
import type { FabricOpenError } from "./fabric_open_error.ts";
import type {
  FabricCounters,
  FabricError,
  FabricMemory,
  FabricOp,
  FabricOpCode,
  FabricOpResult,
  FabricPath,
  FabricPlane,
  FabricRegion,
  RemoteRegion,
  SubmitOptions,
} from "./fabric_plane.ts";
import { FabricRegions } from "./fabric_regions.ts";
import { type FabricRequest, fabricSlots } from "./fabric_slots.ts";
import { OpRing } from "./op_ring.ts";
import { type FabricOptions, openFabric, readPath } from "./open_fabric.ts";
import { PlaneWake } from "./plane_wake.ts";

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_SLOTS = 1024;

/** Compiles the fabric library if this checkout has not yet (seconds), opens the device and starts its thread. */
export function openFabricPlane(options: FabricOptions): Result<FabricPlane, FabricOpenError> {
  const native = loadFabricLibrary(options.provider);
  return native.ok ? NativeFabricPlane.open(native.value, options) : native;
}

class NativeFabricPlane implements FabricPlane {
  readonly path_taken: FabricPath;
  readonly #native: FabricLibrary;
  readonly #fabric: Pointer;
  readonly #wake: PlaneWake;
  readonly #ring: OpRing<FabricRequest, FabricOpCode>;
  readonly #regions: FabricRegions;
  readonly #remotes = new Map<number, RemoteRegion>();
  #closing = false;

  static open(native: FabricLibrary, options: FabricOptions): Result<FabricPlane, FabricOpenError> {
    const slot_count = options.slot_count ?? DEFAULT_SLOTS;
    const wake = new PlaneWake();
    const fabric = openFabric(native, options, slot_count, wake.address);
    if (fabric.ok) return ok(new NativeFabricPlane(native, fabric.value, wake, slot_count));
    wake.close();
    return err(fabric.error);
  }

  private constructor(native: FabricLibrary, fabric: Pointer, wake: PlaneWake, slot_count: number) {
    this.#native = native;
    this.#fabric = fabric;
    this.#wake = wake;
    this.path_taken = readPath(native, fabric);
    this.#ring = new OpRing(fabricSlots(native, fabric, slot_count));
    this.#regions = new FabricRegions(native, fabric, this.#ring, this.path_taken.provider);
    wake.attach({
      ring: this.#ring,
      halt: () => native.tb_fabric_halt(fabric),
      wakeCount: () => native.tb_fabric_wake_count(fabric),
    });
  }

  now_ns(): number {
    return this.#native.tb_fabric_now_ns();
  }

  register(memory: FabricMemory): Promise<Result<FabricRegion, FabricError>> {
    assert(!this.#closing, "the plane is open");
    return this.#held(this.#regions.register(memory));
  }

  deregister(region: FabricRegion): Promise<void> {
    assert(!this.#closing, "the plane is open");
    return this.#held(this.#regions.deregister(region));
  }

  attach(key: FabricKey): Result<RemoteRegion, FabricError> {
    assert(!this.#closing, "the plane is open");
    if (key.provider !== this.path_taken.provider) {
      const detail = `the key is for ${key.provider}, this process has ${this.path_taken.provider}.`;
      return err({ code: "wrong_provider", detail });
    }
    const opaque = keyBytes(key.opaque);
    const remote_id = opaque === null ? -1 : this.#native.tb_fabric_remote_open(this.#fabric, opaque);
    if (remote_id < 0)
      return err({ code: "bad_key", detail: "the key is none of this version of tierbench." });
    const remote: RemoteRegion = { remote_id, key };
    this.#remotes.set(remote_id, remote);
    return ok(remote);
  }

  detach(remote: RemoteRegion): void {
    this.#assertAttached(remote);
    const error = this.#native.tb_fabric_remote_close(this.#fabric, remote.remote_id);
    assert(error === 0, "no op runs on remote memory when it is detached");
    this.#remotes.delete(remote.remote_id);
  }

  submit(ops: readonly FabricOp[], options: SubmitOptions = {}): Promise<readonly FabricOpResult[]> {
    assert(!this.#closing, "the plane is open");
    const deadline_ns = this.now_ns() + Math.ceil((options.timeout_ms ?? DEFAULT_TIMEOUT_MS) * 1e6);
    const requests = ops.map((op) => this.#request(op, deadline_ns));
    return this.#held(this.#ring.submit(requests, options.signal ?? null));
  }

  counters(): FabricCounters {
    const values = new Float64Array(4);
    this.#native.tb_fabric_counters(this.#fabric, values);
    const [connections_made = 0, connections_lost = 0, ops_retried = 0, registered_bytes = 0] = values;
    return { connections_made, connections_lost, ops_retried, registered_bytes };
  }

  async close(): Promise<void> {
    assert(!this.#closing, "a plane is closed once");
    this.#closing = true;
    this.#ring.cancelAll();
    await this.#wake.drained();
    await this.#held(this.#regions.deregisterAll());
    await this.#wake.halt();
    const error = this.#native.tb_fabric_close(this.#fabric);
    assert(error === 0, "a fabric is freed when no op is outstanding");
    this.#wake.close();
  }

  /** The event loop stays for what has been asked for. */
  #held<T>(done: Promise<T>): Promise<T> {
    this.#wake.hold();
    return done;
  }

  #request(op: FabricOp, deadline_ns: number): FabricRequest {
    this.#regions.assertOpen(op.region);
    this.#assertAttached(op.remote);
    const { kind, region_offset, remote_offset, bytes } = op;
    const { region_id } = op.region;
    const verify = op.verify ?? null;
    assert(verify === null || this.path_taken.verifies, "only an engine that verifies is asked to");
    return {
      kind,
      region_id,
      remote_id: op.remote.remote_id,
      region_offset,
      remote_offset,
      bytes,
      deadline_ns,
      verify,
    };
  }

  #assertAttached(remote: RemoteRegion): void {
    assert(
      this.#remotes.get(remote.remote_id) === remote,
      `remote ${remote.remote_id} is attached to this plane`,
    );
  }
}

function keyBytes(opaque: string): Uint8Array | null {
  try {
    const bytes = Uint8Array.fromBase64(opaque);
    return bytes.length === FABRIC_KEY_BYTES ? bytes : null;
  } catch {
    return null;
  }
}
