// What a decode engine says to the prefill engine it pulls from: are the blocks of a transfer still held, and they may be
// reused.

import { bool, integer, struct, text } from "./codec.ts";
import type { Service } from "./rpc_service.ts";

interface Transfer {
  readonly transfer_id: string;
}

export interface EngineTypes {
  readonly release_blocks: {
    readonly request: Transfer;
    readonly reply: { readonly code: number };
  };
  readonly confirm_hold: {
    readonly request: Transfer;
    readonly reply: { readonly held: boolean };
  };
}

export const ENGINE_SERVICE: Service<EngineTypes> = {
  release_blocks: {
    op_code: 1,
    request: struct<Transfer>({ transfer_id: text }),
    reply: struct<{ readonly code: number }>({ code: integer }),
  },
  confirm_hold: {
    op_code: 2,
    request: struct<Transfer>({ transfer_id: text }),
    reply: struct<{ readonly held: boolean }>({ held: bool }),
  },
};
