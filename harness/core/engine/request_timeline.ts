/** When a request of an engine was where; all in ns. */
export interface RequestTimeline {
  readonly arrived_ns: number;
  /** In order, and apart from each other. load: from the store; on a decode engine, from the prefill engine. */
  readonly waits: readonly {
    readonly stage: "lookup" | "load";
    readonly start_ns: number;
    readonly end_ns: number;
  }[];
  /** Start of the first step that computed it; null: none did. */
  readonly scheduled_ns: number | null;
  readonly first_token_ns: number | null;
}
