// How long the main thread was ready to run and had no core, as Linux counts it (second field of /proc/…/schedstat, ns). What a
// client waits for a core is not its own floor: it is what others do to this machine.

import { readFileSync } from "node:fs";
import { nsToMs } from "../../domain/units.ts";

/** From its making on. */
export class CoreWait {
  readonly #before_ns: number | null = coreWaitNs();

  /** Null where the kernel does not tell. */
  ms(): number | null {
    const now_ns = coreWaitNs();
    return now_ns === null || this.#before_ns === null ? null : nsToMs(now_ns - this.#before_ns);
  }
}

function coreWaitNs(): number | null {
  try {
    const [, wait_ns] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ");
    const value = Number(wait_ns);
    return wait_ns === undefined || !Number.isFinite(value) ? null : value;
  } catch {
    return null;
  }
}
