// A removal of many objects, answered when the ticks of the master have carried it out.

import type { Clock } from "../../clock/clock.ts";
import type { MasterCore, RemoveMany } from "../../core/master/master_core.ts";
import type { RemovedMany } from "../../core/master/removal.ts";

export function removeMany(core: MasterCore, clock: Clock, request: RemoveMany): Promise<RemovedMany> {
  return new Promise((resolve) => core.handleInPieces(request, clock.now_ns(), resolve));
}
