// What goes wrong in a simulated run, and when (counted from the start of the load).

import { NS_PER_S } from "../domain/units.ts";

interface Timed {
  readonly at_ns: number;
}

export type SimFault =
  /** The process dies; after `away_ns` it is started again (null: never). */
  | (Timed & { readonly kind: "owner_death"; readonly owner_index: number; readonly away_ns: number | null })
  /** It forgets everything and is away for `away_ns` (null: for good). */
  | (Timed & { readonly kind: "master_restart"; readonly index: number; readonly away_ns: number | null })
  /** SIGSTOP and SIGCONT: a process that hangs, and one that goes on. Index among the stack's masters, owners or engines. */
  | (Timed & {
      readonly kind: "pause" | "resume";
      readonly process: "master" | "owner" | "engine";
      readonly index: number;
    })
  /** Without it the stack is none any more: the run ends as failed. */
  | (Timed & { readonly kind: "stack_death"; readonly process_name: string })
  | (Timed & {
      readonly kind: "slow_link" | "slow_disk";
      readonly node_index: number;
      readonly for_ns: number;
      /** How many times slower. */
      readonly factor: number;
    })
  /** Nothing goes over the node's link; no write to the node's disk succeeds. */
  | (Timed & {
      readonly kind: "link_loss" | "disk_full";
      readonly node_index: number;
      readonly for_ns: number;
    });

/** For reports: `owner_death of owner 1 at 12.00 s`. */
export function describeFault(fault: SimFault): string {
  const at = `at ${seconds(fault.at_ns)}`;
  switch (fault.kind) {
    case "owner_death":
      return `owner_death of owner ${fault.owner_index} ${at}${backAfter(fault.away_ns)}`;
    case "master_restart":
      return fault.away_ns === null
        ? `master_death of master ${fault.index} ${at}`
        : `master_restart of master ${fault.index} ${at}${backAfter(fault.away_ns)}`;
    case "pause":
    case "resume":
      return `${fault.kind} of ${fault.process} ${fault.index} ${at}`;
    case "stack_death":
      return `${fault.process_name} killed ${at}`;
    case "slow_link":
    case "slow_disk":
      return `${fault.kind} of node ${fault.node_index} ${at}, ${fault.factor} times slower for ${seconds(fault.for_ns)}`;
    case "link_loss":
    case "disk_full":
      return `${fault.kind} of node ${fault.node_index} ${at} for ${seconds(fault.for_ns)}`;
  }
}

function backAfter(away_ns: number | null): string {
  return away_ns === null ? "" : `, back after ${seconds(away_ns)}`;
}

function seconds(ns: number): string {
  return `${(ns / NS_PER_S).toFixed(2)} s`;
}
