// What goes wrong in a simulated run, and when (counted from the start of the load).

import { NS_PER_S } from "../domain/units.ts";

interface Timed {
  readonly at_ns: number;
}

export type SimFault =
  /** The process dies; after `away_ns` it is started again (null: never). */
  | (Timed & { readonly kind: "owner_death"; readonly owner_index: number; readonly away_ns: number | null })
  /** It forgets everything and is away for `away_ns`. */
  | (Timed & { readonly kind: "master_restart"; readonly away_ns: number })
  | (Timed & {
      readonly kind: "slow_link" | "slow_disk";
      readonly node_index: number;
      readonly for_ns: number;
      /** How many times slower. */
      readonly factor: number;
    });

/** For reports: `owner_death of owner 1 at 12.00 s`. */
export function describeFault(fault: SimFault): string {
  const at = `at ${(fault.at_ns / NS_PER_S).toFixed(2)} s`;
  switch (fault.kind) {
    case "owner_death":
      return `owner_death of owner ${fault.owner_index} ${at}${fault.away_ns === null ? "" : `, back after ${seconds(fault.away_ns)}`}`;
    case "master_restart":
      return `master_restart ${at}, away for ${seconds(fault.away_ns)}`;
    case "slow_link":
    case "slow_disk":
      return `${fault.kind} of node ${fault.node_index} ${at}, ${fault.factor} times slower for ${seconds(fault.for_ns)}`;
  }
}

function seconds(ns: number): string {
  return `${(ns / NS_PER_S).toFixed(2)} s`;
}
