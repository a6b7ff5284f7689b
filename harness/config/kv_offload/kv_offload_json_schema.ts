// What a deployment file may hold, as JSON Schema (draft 2020-12) for editors. Rules between fields are not in it.

import { z } from "zod";
import { STORE_LAUNCH_SCHEMA } from "./kv_offload_launch_schema.ts";
import { OFFLOAD_SCHEMA } from "./kv_offload_schema.ts";

export function deploymentJsonSchema(): object {
  const offload = z.toJSONSchema(OFFLOAD_SCHEMA, { io: "input" });
  const store = z.toJSONSchema(STORE_LAUNCH_SCHEMA, { io: "input" });
  return {
    ...offload,
    title: "tierbench deployment",
    properties: { ...offload.properties, ...store.properties },
  };
}
