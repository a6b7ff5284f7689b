// The master's rules once more, in the plainest way, for the randomised test: lists are scanned and sorted, every object has one copy
// of one size in one segment, and there is no disk tier. Times are ms.

import { STORE_CODE } from "../../domain/store_error.ts";

interface ModelObject {
  readonly key: string;
  readonly client_id: string;
  readonly start_ms: number;
  readonly pin: "none" | "soft" | "hard";
  /** "": of no group. */
  readonly group: string;
  readonly sequence: number;
  complete: boolean;
  replaced: boolean;
  lease_ms: number;
  soft_until_ms: number;
}

const LEASE_MS = 10_000;
const SOFT_PIN_MS = 40_000;
const HIGH = 0.9;
const RATIO = 0.05;

export class ReferenceMaster {
  /** In order of put; replaced ones still hold their slot. */
  #objects: ModelObject[] = [];
  readonly #slots: number;
  #wanted = false;
  #sequence = 0;

  constructor(slots: number) {
    this.#slots = slots;
  }

  get used_slots(): number {
    return this.#objects.length;
  }

  keys(): string[] {
    return this.#objects.filter((o) => !o.replaced).map(({ key }) => key);
  }

  isLeased(key: string, now_ms: number): boolean {
    return (this.#find(key)?.lease_ms ?? 0) > now_ms;
  }

  putStart(key: string, client_id: string, pin: ModelObject["pin"], group: string, now_ms: number): number {
    const existing = this.#find(key);
    const replaceable = existing !== undefined && !existing.complete && now_ms - existing.start_ms >= 30_000;
    if (existing !== undefined && !replaceable) return STORE_CODE.OBJECT_ALREADY_EXISTS;
    if (existing !== undefined) existing.replaced = true;
    if (this.used_slots >= this.#slots) {
      this.#wanted = true;
      return STORE_CODE.NO_AVAILABLE_HANDLE;
    }
    const times = { start_ms: now_ms, lease_ms: 0, soft_until_ms: 0 };
    const sequence = this.#sequence++;
    this.#objects.push({ key, client_id, pin, group, sequence, complete: false, replaced: false, ...times });
    return STORE_CODE.OK;
  }

  putEnd(key: string, client_id: string, now_ms: number): number {
    const object = this.#find(key);
    if (object === undefined) return STORE_CODE.OBJECT_NOT_FOUND;
    if (object.client_id !== client_id) return STORE_CODE.ILLEGAL_CLIENT;
    if (!object.complete && object.pin === "soft") object.soft_until_ms = now_ms + SOFT_PIN_MS;
    object.complete = true;
    return STORE_CODE.OK;
  }

  revoke(key: string, client_id: string): number {
    const object = this.#find(key);
    if (object === undefined) return STORE_CODE.OBJECT_NOT_FOUND;
    if (object.client_id !== client_id) return STORE_CODE.ILLEGAL_CLIENT;
    if (object.complete) return STORE_CODE.INVALID_WRITE;
    this.#drop([object]);
    return STORE_CODE.OK;
  }

  /** exist (1, 0) and get (0 or a code) in one: what each says, with the lease both grant. */
  read(key: string, now_ms: number): { exist: number; get: number } {
    const object = this.#find(key);
    if (object === undefined) return { exist: 0, get: STORE_CODE.OBJECT_NOT_FOUND };
    if (!object.complete) return { exist: 0, get: STORE_CODE.REPLICA_IS_NOT_READY };
    object.lease_ms = Math.max(object.lease_ms, now_ms + LEASE_MS);
    return { exist: 1, get: STORE_CODE.OK };
  }

  remove(key: string, force: boolean, now_ms: number): number {
    const object = this.#find(key);
    if (object === undefined) return STORE_CODE.OBJECT_NOT_FOUND;
    if (!force && object.lease_ms > now_ms) return STORE_CODE.OBJECT_HAS_LEASE;
    if (!object.complete) return STORE_CODE.REPLICA_IS_NOT_READY;
    this.#drop([object]);
    return STORE_CODE.OK;
  }

  removeAll(force: boolean, now_ms: number): number {
    return this.#drop(this.#objects.filter((o) => o.complete && (force || o.lease_ms <= now_ms)));
  }

  tick(now_ms: number): void {
    const released = this.#drop(this.#objects.filter((o) => !o.complete && now_ms - o.start_ms >= 600_000));
    const used = this.used_slots / this.#slots;
    if (used <= HIGH && !this.#wanted) return;
    this.#wanted = false;
    const base = this.#objects.filter((o) => o.complete && o.pin !== "hard");
    const target = Math.max(RATIO, used - HIGH + RATIO);
    const lower = Math.max(0.5 * target, used - HIGH);
    const expired = base
      .filter((o) => o.lease_ms <= now_ms)
      .sort((a, b) => a.lease_ms - b.lease_ms || a.sequence - b.sequence);
    const soft = expired.filter((o) => o.soft_until_ms > now_ms);
    const normal = expired.filter((o) => o.soft_until_ms <= now_ms);
    const evicted = this.#evict(normal, normal, Math.ceil(base.length * target), now_ms);
    const soft_wanted = Math.ceil(base.length * lower) - evicted - released;
    this.#evict(soft, [...normal, ...soft], soft_wanted, now_ms);
  }

  /** In the order of `due`, until `wanted` have gone; each with what of its group is in `takes`, unless a member is leased. */
  #evict(due: readonly ModelObject[], takes: readonly ModelObject[], wanted: number, now_ms: number): number {
    let evicted = 0;
    for (const object of due) {
      if (evicted >= wanted) break;
      if (!this.#objects.includes(object)) continue; // gone with its group
      const group = this.#objects.filter((o) => !o.replaced && o.group !== "" && o.group === object.group);
      if (group.some((o) => o.lease_ms > now_ms)) continue;
      evicted += this.#drop([object, ...group.filter((o) => o !== object && takes.includes(o))]);
    }
    return evicted;
  }

  #find(key: string): ModelObject | undefined {
    return this.#objects.find((object) => object.key === key && !object.replaced);
  }

  #drop(gone: readonly ModelObject[]): number {
    this.#objects = this.#objects.filter((object) => !gone.includes(object));
    return gone.length;
  }
}
