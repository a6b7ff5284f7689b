// The names of tb_code (include/tierbench.h), in its order.

import type { OpCode } from "./data_plane.ts";
import type { FabricOpCode } from "./fabric_plane.ts";

/** Of ops of the data plane. */
export const OP_CODES: readonly OpCode[] = [
  "ok",
  "corrupt",
  "stale",
  "peer_dead",
  "out_of_range",
  "io_error",
  "cancelled",
];

/** Of ops of a fabric. */
export const FABRIC_OP_CODES: readonly FabricOpCode[] = [...OP_CODES, "timeout", "dead_key", "exhausted"];
