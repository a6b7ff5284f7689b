// What a decode engine tells the prefill engine it pulled from: the blocks of a transfer may be reused.

import { integer, struct, text } from "./codec.ts";
import type { Service } from "./rpc_service.ts";

export interface EngineTypes {
  readonly release_blocks: {
    readonly request: { readonly transfer_id: string };
    readonly reply: { readonly code: number };
  };
}

export const ENGINE_SERVICE: Service<EngineTypes> = {
  release_blocks: {
    op_code: 1,
    request: struct<{ readonly transfer_id: string }>({ transfer_id: text }),
    reply: struct<{ readonly code: number }>({ code: integer }),
  },
};
