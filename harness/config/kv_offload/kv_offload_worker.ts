// The engine side's MOONCAKE_CONFIG_PATH file: its rules in vLLM's order with vLLM's texts, and its JSON (spec:
// vllm_mooncake_store_connector.md §1.1).

import type { ConfigProblem } from "../config_problem.ts";
import type { WorkerLaunch } from "./kv_offload_launch_config.ts";

/** vLLM stops at the first; so does this, as the later rules presume the earlier ones. */
export function checkWorkerLaunch(worker: WorkerLaunch): ConfigProblem[] {
  const { mode, global_segment_size, local_buffer_size } = worker;
  if (local_buffer_size <= 0) {
    return [problem("local_buffer_size", local_buffer_size, "local_buffer_size must be > 0", "Write 4GiB.")];
  }
  if (mode === "embedded" && global_segment_size <= 0) {
    return [
      problem(
        "global_segment_size",
        global_segment_size,
        "embedded mode requires global_segment_size > 0",
        "Give each rank a segment, such as 4GiB, or set worker.mode: standalone-store.",
      ),
    ];
  }
  if (mode === "standalone-store" && global_segment_size !== 0) {
    return [
      problem(
        "global_segment_size",
        global_segment_size,
        "standalone-store mode requires global_segment_size == 0",
        "Set it to 0: the owner mounts the memory.",
      ),
    ];
  }
  return [];
}

export interface WorkerAddresses {
  /** `host:port`. */
  readonly master: string;
  /** `http://host:8080/metadata`. */
  readonly metadata: string;
}

/** Keys in prime-rl's order. */
export function workerConfigJson(worker: WorkerLaunch, { master, metadata }: WorkerAddresses): string {
  const { mode, global_segment_size, local_buffer_size, protocol, device_name, enable_offload, tenant_id } =
    worker;
  const config = {
    mode,
    global_segment_size,
    local_buffer_size,
    protocol,
    device_name,
    master_server_address: master,
    metadata_server: metadata,
    enable_offload,
    ...(tenant_id === "default" ? {} : { tenant_id }),
  };
  return JSON.stringify(config);
}

function problem(field: string, got: unknown, text: string, remedy: string): ConfigProblem {
  return { path: `worker.${field}`, rule: "must fit worker.mode", got, next_step: `${text}. ${remedy}` };
}
