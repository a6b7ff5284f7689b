// A DataPlane whose copies may have one side on another host. Remote memory is a Region like any other, made by attachRemote
// from the key that its owner published; a copy from or to it goes over the fabric, everything else to the local plane. What a
// copy promises holds here too: a verified one is checked on this side after its bytes have come, and a held one ends not
// before its time.

import { constants } from "node:os";
import { assert, present } from "../../harness/domain/assert.ts";
import type { FabricKey } from "../../harness/domain/fabric_key.ts";
import { err, ok, type Result } from "../../harness/domain/result.ts";
import type { DataPlane, DiskFile, Op, OpCode, OpResult, Region, RegionError } from "./data_plane.ts";
import type {
  FabricError,
  FabricOp,
  FabricOpCode,
  FabricOpResult,
  FabricPath,
  FabricPlane,
  FabricRegion,
  RemoteRegion,
} from "./fabric_plane.ts";

type Copy = Op & { readonly kind: "copy" };

/** A copy with one remote side. */
interface RemoteCopy {
  readonly index: number;
  readonly op: Copy;
  readonly remote: RemoteRegion;
  readonly kind: "put" | "get";
}

const CODES: Readonly<Record<FabricOpCode, OpCode>> = {
  ok: "ok",
  peer_dead: "peer_dead",
  // As over shared memory: the process that made the memory has closed it or made a new generation.
  dead_key: "peer_dead",
  timeout: "io_error",
  out_of_range: "out_of_range",
  exhausted: "io_error",
  cancelled: "cancelled",
  io_error: "io_error",
  corrupt: "corrupt",
  stale: "stale",
};

/** Few enough that checking the first starts early, enough that waking up for them costs little. */
const COPIES_A_PART = 8;

export class NetworkedDataPlane implements DataPlane {
  readonly #local: DataPlane;
  readonly #fabric: FabricPlane;
  readonly #timeout_ms: number;
  readonly #remotes = new Map<Region, RemoteRegion>();
  /** Registered when a remote copy first names them. */
  readonly #registered = new Map<Region, Promise<Result<FabricRegion, FabricError>>>();
  /** Deregistrations under way. */
  readonly #ending = new Set<Promise<void>>();
  #closing = false;

  /** Owns both planes. */
  constructor(local: DataPlane, fabric: FabricPlane, timeout_ms: number) {
    this.#local = local;
    this.#fabric = fabric;
    this.#timeout_ms = timeout_ms;
  }

  get path_taken(): FabricPath {
    return this.#fabric.path_taken;
  }

  /** Memory of another process as a region: closed by closeRegion. */
  attachRemote(key: FabricKey): Result<Region, RegionError> {
    const remote = this.#fabric.attach(key);
    if (!remote.ok) return err({ code: "not_a_region", detail: remote.error.detail });
    const { remote_id } = remote.value;
    const { bytes, generation } = key;
    const region: Region = { region_id: -1 - remote_id, shm_path: `fabric:${remote_id}`, bytes, generation };
    this.#remotes.set(region, remote.value);
    return ok(region);
  }

  /** The key by which other hosts reach a region made here; ends when the region is closed. */
  async publish(region: Region): Promise<Result<FabricKey, FabricError>> {
    const registered = await this.#register(region);
    return registered.ok ? ok(registered.value.key) : registered;
  }

  now_ns(): number {
    return this.#local.now_ns();
  }

  createRegion(shm_path: string, bytes: number, generation: number): Result<Region, RegionError> {
    return this.#local.createRegion(shm_path, bytes, generation);
  }

  attachRegion(shm_path: string, generation: number | null): Result<Region, RegionError> {
    return this.#local.attachRegion(shm_path, generation);
  }

  /** A key published before is dead; the region is to be published again. */
  renewRegion(region: Region, generation: number): void {
    this.#deregister(region);
    this.#local.renewRegion(region, generation);
  }

  closeRegion(region: Region): void {
    const remote = this.#remotes.get(region);
    if (remote !== undefined) {
      this.#fabric.detach(remote);
      this.#remotes.delete(region);
      return;
    }
    this.#deregister(region);
    this.#local.closeRegion(region);
  }

  openFile(path: string, mode: "create" | "read", bytes: number): Result<DiskFile, RegionError> {
    return this.#local.openFile(path, mode, bytes);
  }

  closeFile(file: DiskFile): void {
    this.#local.closeFile(file);
  }

  async submit(ops: readonly Op[]): Promise<readonly OpResult[]> {
    const copies = ops.map((op, index) => this.#remoteCopy(op, index)).filter((copy) => copy !== null);
    if (copies.length === 0) return this.#local.submit(ops);
    const remote_indexes = new Set(copies.map((copy) => copy.index));
    const local_ops = ops.filter((_, index) => !remote_indexes.has(index));
    const [local, remote] = await Promise.all([this.#local.submit(local_ops), this.#moveAll(copies)]);
    const next = { local: local[Symbol.iterator](), remote: remote[Symbol.iterator]() };
    return ops.map((_, index) =>
      present((remote_indexes.has(index) ? next.remote : next.local).next().value, "every op has a result"),
    );
  }

  /** The network first: what it gives back may still wait for its time in the local plane, which ends that. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#ending);
    await this.#fabric.close();
    await this.#local.close();
  }

  #remoteCopy(op: Op, index: number): RemoteCopy | null {
    if (op.kind !== "copy") return null;
    const from = this.#remotes.get(op.from);
    const to = this.#remotes.get(op.to);
    assert(from === undefined || to === undefined, "one side of a copy is memory of this host");
    if (from !== undefined) return { index, op, remote: from, kind: "get" };
    return to === undefined ? null : { index, op, remote: to, kind: "put" };
  }

  /** Results in the order of copies. Where it is checked here, what has come is so while the rest is under way. */
  async #moveAll(copies: readonly RemoteCopy[]): Promise<readonly OpResult[]> {
    const parts: (readonly RemoteCopy[])[] = [];
    const part_copies = this.#fabric.path_taken.verifies ? copies.length : COPIES_A_PART;
    for (let start = 0; start < copies.length; start += part_copies)
      parts.push(copies.slice(start, start + part_copies));
    return (await Promise.all(parts.map((part) => this.#move(part)))).flat();
  }

  async #move(copies: readonly RemoteCopy[]): Promise<readonly OpResult[]> {
    const registered = await Promise.all(copies.map((copy) => this.#register(localSide(copy))));
    if (this.#closing)
      return copies.map(() => ({ code: "cancelled", end_ns: this.now_ns(), value: 0 }) as const);
    const ops: FabricOp[] = [];
    for (const [i, copy] of copies.entries()) {
      const region = registered[i];
      if (region?.ok === true) ops.push(fabricOp(copy, region.value, this.#fabric.path_taken.verifies));
    }
    const moved = (await this.#fabric.submit(ops, { timeout_ms: this.#timeout_ms }))[Symbol.iterator]();
    const results = copies.map((_, i): OpResult => {
      if (registered[i]?.ok !== true)
        return { code: "io_error", end_ns: this.now_ns(), value: constants.errno.ENOMEM };
      return opResult(present(moved.next().value, "every op has a result"));
    });
    return this.#settle(copies, results);
  }

  /** Checks what has come, and holds what is to end later. */
  async #settle(copies: readonly RemoteCopy[], results: OpResult[]): Promise<readonly OpResult[]> {
    const after: { readonly index: number; readonly op: Op }[] = [];
    for (const [index, { op }] of copies.entries()) {
      const result = present(results[index], "every copy has a result");
      if (op.earliest_done_ns > result.end_ns)
        after.push({ index, op: { kind: "wait_until", deadline_ns: op.earliest_done_ns } });
      if (result.code !== "ok" || op.verify === null || this.#fabric.path_taken.verifies) continue;
      const { to: region, to_offset: offset, bytes, verify: identity } = op;
      after.push({ index, op: { kind: "verify", region, offset, bytes, identity } });
    }
    const checked = await this.#local.submit(after.map(({ op }) => op));
    for (const [i, { index }] of after.entries()) {
      const before = present(results[index], "every copy has a result");
      const check = present(checked[i], "every op has a result");
      const end_ns = Math.max(before.end_ns, check.end_ns);
      const worse = before.code === "ok" ? check : before;
      results[index] = { ...worse, end_ns };
    }
    return results;
  }

  #register(region: Region): Promise<Result<FabricRegion, FabricError>> {
    const known = this.#registered.get(region);
    if (known !== undefined) return known;
    const { shm_path, generation } = region;
    const registered = this.#fabric.register({ kind: "shm", shm_path, generation }).then((result) => {
      if (!result.ok) this.#registered.delete(region);
      return result;
    });
    this.#registered.set(region, registered);
    return registered;
  }

  /** The fabric has a mapping of its own: its registration may end after the local one is gone. */
  #deregister(region: Region): void {
    const registered = this.#registered.get(region);
    if (registered === undefined) return;
    this.#registered.delete(region);
    const ended = registered.then((result) =>
      result.ok ? this.#fabric.deregister(result.value) : undefined,
    );
    const tracked = ended.finally(() => this.#ending.delete(tracked));
    this.#ending.add(tracked);
  }
}

function localSide({ kind, op }: RemoteCopy): Region {
  return kind === "get" ? op.to : op.from;
}

function fabricOp({ kind, op, remote }: RemoteCopy, region: FabricRegion, verifies: boolean): FabricOp {
  const { bytes, from_offset, to_offset, verify } = op;
  const checked = verifies && verify !== null ? { verify } : {};
  return kind === "get"
    ? { kind, region, region_offset: to_offset, remote, remote_offset: from_offset, bytes, ...checked }
    : { kind, region, region_offset: from_offset, remote, remote_offset: to_offset, bytes };
}

function opResult({ code, end_ns, value }: FabricOpResult): OpResult {
  const mapped = CODES[code];
  if (mapped !== "io_error" && mapped !== "stale") return { code: mapped, end_ns, value: 0 };
  return { code: mapped, end_ns, value: code === "timeout" ? constants.errno.ETIMEDOUT : value };
}
