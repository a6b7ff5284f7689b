// When the master's garbage is collected. JavaScriptCore waits until the heap has grown by a share of its size, and it counts the object
// table's typed arrays: with 1.5 GB of them it lets as much small garbage gather (decoded keys, replies), and then stops the process for
// as long as sweeping that takes, 200 ms and more. Asked for often, a collection of the young costs well under a millisecond, and the
// memory stays that of the table.

import { edenGC, fullGC } from "bun:jsc";

/** Keys served between two collections: some five megabytes of garbage. */
const KEYS_PER_COLLECTION = 32_768;
/** What survives young collections is collected this much more rarely; it is little. */
const YOUNG_PER_FULL = 128;

export class MasterGarbage {
  #collected_at = 0;
  #young_left = YOUNG_PER_FULL;

  /** To be called often; `served_keys`: since start. */
  collectWhenDue(served_keys: number): void {
    if (served_keys - this.#collected_at < KEYS_PER_COLLECTION) return;
    this.#collected_at = served_keys;
    this.#young_left--;
    if (this.#young_left > 0) {
      edenGC();
      return;
    }
    this.#young_left = YOUNG_PER_FULL;
    fullGC();
  }
}
