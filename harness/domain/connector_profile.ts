// The two states of vLLM's MooncakeStoreConnector that an A/B can compare (spec: README.md, "Version drift that matters").
// What has a switch of its own, as the split trigger has, is not part of a profile.

export const CONNECTOR_PROFILES = ["vllm_2026_05", "vllm_2026_08"] as const;
export type ConnectorProfile = (typeof CONNECTOR_PROFILES)[number];

export interface ConnectorTraits {
  /** Keys name the KV group. */
  readonly keys_have_group: boolean;
  /** Where ranks of one KV head begin to count their turns: at the prompt's start, or at each save's. */
  readonly put_turns: "by_prompt" | "by_batch";
  /** A range that failed or was skipped is put with the request's next one; else it is lost. */
  readonly retries_saves: boolean;
  /** A finished request's blocks are free when its last save has ended; else each is when its own save has. */
  readonly frees_with_last_save: boolean;
  /** Blocks that a load did not bring are computed; else they are taken for loaded, whatever they hold. */
  readonly reports_failed_loads: boolean;
  /** A GET is held to the staging budget though no owner has a disk. */
  readonly budget_without_offload: boolean;
  /** Of a prompt that is stored whole the last token is computed, and its last block loaded; else that block is computed. */
  readonly loads_whole_prompts: boolean;
  readonly pressure_cleared_line: string;
}

export function connectorTraits(profile: ConnectorProfile): ConnectorTraits {
  return TRAITS[profile];
}

const TRAITS: { readonly [Profile in ConnectorProfile]: ConnectorTraits } = {
  vllm_2026_05: {
    keys_have_group: false,
    put_turns: "by_batch",
    retries_saves: false,
    frees_with_last_save: true,
    reports_failed_loads: false,
    budget_without_offload: true,
    loads_whole_prompts: true,
    pressure_cleared_line: "Mooncake CPU/offload pressure cleared after a successful store batch",
  },
  vllm_2026_08: {
    keys_have_group: true,
    put_turns: "by_prompt",
    retries_saves: true,
    frees_with_last_save: false,
    reports_failed_loads: true,
    budget_without_offload: false,
    loads_whole_prompts: false,
    pressure_cleared_line: "Mooncake CPU/disk offloading pressure cleared after a successful store batch",
  },
};
