// The FabricPlane on libfabric or plain sockets. Contract: fabric_plane.ts; C ABI: include/tierbench_fabric.h; engines: native/rdma/src
// and native/tcp/src.

import { JSCallback, type Pointer } from "bun:ffi";
import { assert, present } from "../../harness/domain/assert.ts";
import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type {
  FabricCounters,
  FabricError,
  FabricMemory,
  FabricOp,
  FabricOpResult,
  FabricPath,
  FabricPlane,
  FabricRegion,
  RemoteRegion,
  SubmitOptions,
} from "./fabric_plane.ts";
import { KeepAlive } from "./keep_alive.ts";
import { RDMA_KEY_BYTES } from "./rdma_layout.ts";
import { loadRdmaLibrary, type RdmaLibrary } from "./rdma_library.ts";
import { openFabric, type RdmaPlaneOptions, readPath } from "./rdma_open.ts";
import type { RdmaOpenError } from "./rdma_open_error.ts";
import { RdmaRegions } from "./rdma_regions.ts";
import { type RdmaRequest, RdmaRing } from "./rdma_ring.ts";

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_SLOTS = 1024;

/** Compiles the fabric library if this checkout has not yet (seconds), opens the device and starts its thread. */
export function openRdmaPlane(options: RdmaPlaneOptions): Result<FabricPlane, RdmaOpenError> {
  const native = loadRdmaLibrary(options.provider);
  return native.ok ? RdmaPlane.open(native.value, options) : native;
}

class RdmaPlane implements FabricPlane {
  readonly path_taken: FabricPath;
  readonly #native: RdmaLibrary;
  readonly #fabric: Pointer;
  readonly #wake: JSCallback;
  readonly #ring: RdmaRing;
  readonly #regions: RdmaRegions;
  readonly #remotes = new Map<number, RemoteRegion>();
  readonly #keep_alive = new KeepAlive();
  readonly #halt_at_exit = () => this.#native.tb_fabric_halt(this.#fabric);
  #wakes = 0;
  #on_wake: (() => void) | null = null;
  #closing = false;

  static open(native: RdmaLibrary, options: RdmaPlaneOptions): Result<FabricPlane, RdmaOpenError> {
    const slot_count = options.slot_count ?? DEFAULT_SLOTS;
    let opened: RdmaPlane | null = null;
    const wake = new JSCallback(() => opened?.woken(), { args: [], returns: "void", threadsafe: true });
    const fabric = openFabric(
      native,
      options,
      slot_count,
      present(wake.ptr, "an open callback has an address"),
    );
    if (!fabric.ok) {
      wake.close();
      return err(fabric.error);
    }
    opened = new RdmaPlane(native, fabric.value, wake, slot_count);
    return ok(opened);
  }

  private constructor(native: RdmaLibrary, fabric: Pointer, wake: JSCallback, slot_count: number) {
    this.#native = native;
    this.#fabric = fabric;
    this.#wake = wake;
    this.path_taken = readPath(native, fabric);
    this.#ring = new RdmaRing(native, fabric, slot_count);
    this.#regions = new RdmaRegions(native, fabric, this.#ring, this.path_taken.provider);
    // A process that exits with ops under way must not be called back while it is torn down.
    process.once("exit", this.#halt_at_exit);
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
    await this.#wokenUntil(() => this.#ring.outstanding === 0);
    await this.#held(this.#regions.deregisterAll());
    this.#native.tb_fabric_halt(this.#fabric);
    // Wakes that are still in the event loop's queue would find a closed callback.
    const sent = this.#native.tb_fabric_wake_count(this.#fabric);
    await this.#wokenUntil(() => this.#wakes === sent);
    process.off("exit", this.#halt_at_exit);
    const error = this.#native.tb_fabric_close(this.#fabric);
    assert(error === 0, "a fabric is freed when no op is outstanding");
    this.#wake.close();
    this.#keep_alive.close();
  }

  woken(): void {
    this.#wakes++;
    this.#ring.advance();
    this.#hold();
    this.#on_wake?.();
  }

  #hold(): void {
    this.#keep_alive.hold(this.#ring.outstanding > 0 || this.#on_wake !== null);
  }

  /** The event loop stays for what has been asked for. */
  #held<T>(done: Promise<T>): Promise<T> {
    this.#hold();
    return done;
  }

  #wokenUntil(reached: () => boolean): Promise<void> {
    if (reached()) return Promise.resolve();
    this.#keep_alive.hold(true);
    return new Promise((resolve) => {
      this.#on_wake = () => {
        if (!reached()) return;
        this.#on_wake = null;
        resolve();
      };
    });
  }

  #request(op: FabricOp, deadline_ns: number): RdmaRequest {
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
    return bytes.length === RDMA_KEY_BYTES ? bytes : null;
  } catch {
    return null;
  }
}
