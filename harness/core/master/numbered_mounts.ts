// Mounts as numbers from 1 on, so that a record of plain memory can name one. A number lasts while something names it.

import { present } from "../../domain/assert.ts";
import type { MountedSegment } from "./mounted_segment.ts";

interface Numbered {
  readonly mount: MountedSegment;
  users: number;
}

export class NumberedMounts {
  readonly #by_number: (Numbered | undefined)[] = [undefined];
  readonly #numbers = new Map<MountedSegment, number>();
  readonly #spare: number[] = [];

  at(number: number): MountedSegment {
    return present(this.#by_number[number], "a mount that is named has its number").mount;
  }

  take(mount: MountedSegment): number {
    const known = this.#numbers.get(mount);
    const numbered = known === undefined ? undefined : this.#by_number[known];
    if (known !== undefined && numbered !== undefined) {
      numbered.users++;
      return known;
    }
    const number = this.#spare.pop() ?? this.#by_number.length;
    this.#by_number[number] = { mount, users: 1 };
    this.#numbers.set(mount, number);
    return number;
  }

  /** Ends one use; 0 names nothing. */
  give(number: number): void {
    if (number === 0) return;
    const numbered = present(this.#by_number[number], "a mount that is named has its number");
    numbered.users--;
    if (numbered.users > 0) return;
    this.#numbers.delete(numbered.mount);
    this.#by_number[number] = undefined;
    this.#spare.push(number);
  }
}
