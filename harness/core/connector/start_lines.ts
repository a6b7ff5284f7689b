// What vLLM's store client says when it starts (spec: vllm_mooncake_store_connector.md §1.1): how it is set up, and which
// set-ups do less than they seem to.

import type { StoreMode } from "../../domain/factor_levels.ts";

export interface StoreSetup {
  readonly mode: StoreMode;
  /** Memory that the engine mounts itself. */
  readonly segment_bytes: number;
  readonly preferred_segment: string | null;
  readonly enable_offload: boolean;
}

/** Our requester copies straight from and to the engine's registered memory. */
const LOCAL_BUFFER_BYTES = 0;

export function startLines(
  setup: StoreSetup,
): { readonly level: "info" | "warning"; readonly line: string }[] {
  const { mode, segment_bytes, preferred_segment, enable_offload } = setup;
  const started =
    `Mooncake mode=${mode} (global_segment_size=${segment_bytes}, local_buffer_size=${LOCAL_BUFFER_BYTES}, ` +
    `preferred_segment=${preferred_segment ?? "<none>"}, enable_offload=${enable_offload ? "True" : "False"}, ` +
    "tenant_id=default)";
  return [
    { level: "info", line: started },
    ...warningsOf(setup).map((line) => ({ level: "warning" as const, line })),
  ];
}

function warningsOf({ mode, preferred_segment, enable_offload }: StoreSetup): string[] {
  if (mode === "standalone-store") {
    return enable_offload
      ? []
      : [
          "standalone-store mode without enable_offload: large prefills may exceed the owner DirectIO budget.",
        ];
  }
  if (preferred_segment !== null) {
    return [
      `preferred_segment=${preferred_segment} with mode=embedded: rank-contributed segments will be idle.`,
    ];
  }
  return enable_offload
    ? [
        "enable_offload is set in embedded mode without preferred_segment; SSD tier will only see puts that happen to land on the owner segment.",
      ]
    : [];
}
