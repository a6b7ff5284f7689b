// The names of millions of objects as a stream of lines: a piece is made when the reader has taken the one before, so that neither the
// master's memory nor its other callers bear all of them at once.

import type { MasterCore } from "../../core/master/master_core.ts";

export function keyLines(core: MasterCore): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let next: number | null = 0;
  return new ReadableStream({
    pull(controller) {
      while (next !== null) {
        const page = core.keyPage(next);
        next = page.next;
        if (page.keys.length === 0) continue;
        controller.enqueue(encoder.encode(`${page.keys.join("\n")}\n`));
        return;
      }
      controller.close();
    },
  });
}
