// Mounts as numbers from 1 on, so that a record of plain memory can name one. A number lasts while something names it.

import { present } from "../../domain/assert.ts";
import type { MountedSegment } from "./mounted_segment.ts";

export class NumberedMounts {
  readonly #by_number: (MountedSegment | undefined)[] = [undefined];
  readonly #spare: number[] = [];

  at(number: number): MountedSegment {
    return present(this.#by_number[number], "a mount that is named has its number");
  }

  take(mount: MountedSegment): number {
    if (mount.named_by === 0) {
      mount.number = this.#spare.pop() ?? this.#by_number.length;
      this.#by_number[mount.number] = mount;
    }
    mount.named_by++;
    return mount.number;
  }

  /** Ends one use; 0 names nothing. */
  give(number: number): void {
    if (number === 0) return;
    const mount = this.at(number);
    mount.named_by--;
    if (mount.named_by > 0) return;
    this.#by_number[number] = undefined;
    this.#spare.push(number);
  }
}
