/** Names registered memory of a process to processes on other hosts. Dead once the memory is deregistered or its process ends. */
export interface FabricKey {
  /** Both sides use the same provider. */
  readonly provider: string;
  readonly bytes: number;
  readonly generation: number;
  /** base64. */
  readonly opaque: string;
}

/** What an owner has registered, for requesters that do not share its memory. */
export interface SegmentFabricKeys {
  readonly segment: FabricKey;
  /** Null: no disk tier. */
  readonly staging: FabricKey | null;
}
