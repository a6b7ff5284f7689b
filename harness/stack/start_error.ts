// Why a process of the stack did not start, worded for the person who started it: what failed and what to change.

export interface StartError {
  readonly code:
    | "port_taken"
    | "address_taken"
    | "shared_memory"
    | "disk"
    | "native"
    /** The path to other nodes that is asked for cannot be had here. */
    | "network"
    | "peer_unreachable"
    /** Bun's hidden cap on parallel requests is in force. */
    | "request_cap";
  readonly detail: string;
}
