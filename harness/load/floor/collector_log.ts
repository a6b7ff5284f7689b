// What JavaScriptCore's garbage collector tells on stderr under BUN_JSC_logGC=1, read for how often and how long it stopped the
// program. A stop ends a line with `p=<ms>ms (max …`; a collection is one stop or several. As of Bun 1.4.

/** Written to stderr right before the load that is looked at. */
export const LOAD_BEGINS = "the load begins";

/**
 * [stops during the load] in ms, in their order. The collection that runLoad itself makes before it starts is none of them.
 * Null: the log lacks the mark or that collection, so it is no such log.
 */
export function collectorPauses(log: string): number[] | null {
  const load = behind(log, LOAD_BEGINS);
  const own_collection = load === null ? null : behind(load, "FullCollection");
  const during = own_collection === null ? null : behind(own_collection, "GC END!");
  return during === null
    ? null
    : Array.from(during.matchAll(/ p=(\d+(?:\.\d+)?)ms \(max/g), ([, ms]) => Number(ms));
}

function behind(text: string, mark: string): string | null {
  const at = text.indexOf(mark);
  return at < 0 ? null : text.slice(at + mark.length);
}
