/**
 * Stops for a whole collection, some ms for each 10 MB that live. Called when a load is set up and has not begun: otherwise the
 * sessions and what making them has left are gone through while the first requests are due.
 */
export function collectGarbage(): void {
  Bun.gc(true);
}
