// What a requester asks an owner: objects of its disk tier, read into the owner's staging buffer, which requesters on this
// host map as `<shm_path>.staging` of the owner's segment (same generation). A slot is lent until it is released or its
// lease ends; then its bytes may be another object's.

import type { ClientId } from "../domain/master_api.ts";
import type { ObjectKey } from "../domain/object_key.ts";
import { type Codec, integer, list, struct, text } from "./codec.ts";
import type { Service } from "./rpc_service.ts";
import { objectKeys } from "./text_list.ts";

export interface OwnerTypes {
  readonly batch_get_offload_object: {
    readonly request: BatchGetOffloadObject;
    readonly reply: OffloadObjects;
  };
  readonly release_offload_objects: {
    readonly request: { readonly batch_id: number };
    readonly reply: { readonly code: number };
  };
}

export interface BatchGetOffloadObject {
  readonly client_id: ClientId;
  readonly keys: readonly ObjectKey[];
}

export interface OffloadObjects {
  /** Names the slots to release; 0 when there are none. */
  readonly batch_id: number;
  /** [keys] */
  readonly objects: readonly StagedObject[];
  readonly lease_ttl_ms: number;
}

export interface StagedObject {
  /** 0 or a negative code; then the other fields are 0. */
  readonly code: number;
  readonly staging_offset: number;
  readonly bytes: number;
}

const staged_object: Codec<StagedObject> = struct<StagedObject>({
  code: integer,
  staging_offset: integer,
  bytes: integer,
});

export const OWNER_SERVICE: Service<OwnerTypes> = {
  batch_get_offload_object: {
    op_code: 1,
    request: struct<BatchGetOffloadObject>({ client_id: text, keys: objectKeys }),
    reply: struct<OffloadObjects>({
      batch_id: integer,
      objects: list(staged_object),
      lease_ttl_ms: integer,
    }),
  },
  release_offload_objects: {
    op_code: 2,
    request: struct<{ readonly batch_id: number }>({ batch_id: integer }),
    reply: struct<{ readonly code: number }>({ code: integer }),
  },
};

/** Where an owner's staging buffer is mapped from. */
export function stagingPath(shm_path: string): string {
  return `${shm_path}.staging`;
}
