import type { EventLoop } from "./event_loop.ts";
import type { Fabric } from "./fabric.ts";

export interface CopyParts {
  readonly loop: EventLoop;
  readonly fabric: Fabric;
  readonly object_bytes: number;
}

/** One copy of each of `objects` that lie in one region, begun now, all at once; when the last is there. */
export function bookCopy(
  { loop, fabric, object_bytes }: CopyParts,
  src_index: number,
  dst_index: number,
  objects: number,
): number {
  return fabric.transfer(src_index, dst_index, objects * object_bytes, objects, loop.now_ns);
}

export function lastEnd(copies: readonly { readonly end_ns: number }[]): number {
  let last_ns = 0;
  for (const { end_ns } of copies) last_ns = Math.max(last_ns, end_ns);
  return last_ns;
}
