// Waits on a native thread: finer than the whole milliseconds of JavaScript's timers.

import type { DataPlane } from "../../../native/ffi/data_plane.ts";
import type { Pacer } from "../../load/wake_up.ts";

export function planePacer(plane: Pick<DataPlane, "submit">): Pacer {
  return async (deadline_ns) => {
    await plane.submit([{ kind: "wait_until", deadline_ns }]);
  };
}
