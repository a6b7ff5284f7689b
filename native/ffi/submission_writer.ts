// Writes ops into submission slots. Layout: native_layout.ts; the slots are native memory.

import { unreachable } from "../../harness/domain/assert.ts";
import type { BlockIdentity, Op } from "./data_plane.ts";
import { SUBMISSION } from "./native_layout.ts";

const KINDS = { copy: 1, fill: 2, verify: 3, file_write: 4, file_read: 5, crc32c: 6, wait_until: 7 } as const;
const FLAG_VERIFY = 1;
const HIGH_RANGE = 2 ** 32;
const SLOT_U32S = SUBMISSION.size_bytes / 4;
const SLOT_F64S = SUBMISSION.size_bytes / 8;

export class SubmissionWriter {
  readonly #u32: Uint32Array;
  readonly #f64: Float64Array;

  constructor(slots: ArrayBuffer) {
    this.#u32 = new Uint32Array(slots);
    this.#f64 = new Float64Array(slots);
  }

  write(slot: number, op: Op): void {
    this.#u32.fill(0, slot * SLOT_U32S, (slot + 1) * SLOT_U32S);
    this.#setU32(slot, SUBMISSION.kind, KINDS[op.kind]);
    switch (op.kind) {
      case "copy":
        this.#writeCopy(slot, op);
        break;
      case "fill":
      case "verify":
        this.#writeTarget(slot, op.region.region_id, op.offset, op.bytes);
        this.#writeIdentity(slot, op.identity);
        break;
      case "file_write":
      case "file_read":
        this.#writeTarget(slot, op.region.region_id, op.offset, op.bytes);
        this.#setU32(slot, SUBMISSION.file_id, op.file.file_id);
        this.#setF64(slot, SUBMISSION.file_offset, op.file_offset);
        break;
      case "crc32c":
        this.#writeTarget(slot, op.region.region_id, op.offset, op.bytes);
        break;
      case "wait_until":
        this.#setDeadline(slot, op.deadline_ns);
        break;
      default:
        unreachable(op);
    }
  }

  #writeCopy(slot: number, op: Op & { kind: "copy" }): void {
    this.#writeTarget(slot, op.to.region_id, op.to_offset, op.bytes);
    this.#setU32(slot, SUBMISSION.from_region_id, op.from.region_id);
    this.#setF64(slot, SUBMISSION.from_offset, op.from_offset);
    this.#setDeadline(slot, op.earliest_done_ns);
    if (op.verify === null) return;
    this.#setU32(slot, SUBMISSION.flags, FLAG_VERIFY);
    this.#writeIdentity(slot, op.verify);
  }

  #writeTarget(slot: number, region_id: number, offset: number, bytes: number): void {
    this.#setU32(slot, SUBMISSION.region_id, region_id);
    this.#setF64(slot, SUBMISSION.offset, offset);
    this.#setF64(slot, SUBMISSION.bytes, bytes);
  }

  #writeIdentity(slot: number, identity: BlockIdentity): void {
    this.#setU32(slot, SUBMISSION.model_id, identity.model_id);
    this.#setU32(slot, SUBMISSION.weights_version, identity.weights_version);
    this.#setU32(slot, SUBMISSION.hash_low, identity.hash % HIGH_RANGE);
    this.#setU32(slot, SUBMISSION.hash_high, Math.floor(identity.hash / HIGH_RANGE));
  }

  #setDeadline(slot: number, deadline_ns: number): void {
    this.#setF64(slot, SUBMISSION.deadline_ns, Math.max(0, Math.ceil(deadline_ns)));
  }

  #setU32(slot: number, field: number, value: number): void {
    this.#u32[slot * SLOT_U32S + field / 4] = value;
  }

  #setF64(slot: number, field: number, value: number): void {
    this.#f64[slot * SLOT_F64S + field / 8] = value;
  }
}
