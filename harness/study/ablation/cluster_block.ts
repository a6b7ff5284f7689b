// The requests of one block by session, as every cell served them: what a bootstrap over conversations draws from. A request
// that failed in one cell is left out of all, so that a cell that fails its slow requests does not look fast.

import type { RequestRecord } from "../../domain/request_record.ts";
import type { ClusterBlock } from "../../stats/contrast_bootstrap.ts";

/** cells: [cells] records of one run each. Sessions in the first cell's order; requests of a session in it, too. */
export function clusterBlock(
  cells: readonly (readonly RequestRecord[])[],
): ClusterBlock<readonly RequestRecord[]> {
  const finished = cells.map(
    (records) =>
      new Map(
        records.flatMap((record) => (record.error === null ? [[record.request_id, record] as const] : [])),
      ),
  );
  const shared = [...(finished[0]?.values() ?? [])].filter(({ request_id }) =>
    finished.every((of_cell) => of_cell.has(request_id)),
  );
  const sessions = Map.groupBy(shared, ({ session_id }) => session_id);
  return [...sessions.values()].map((requests) =>
    finished.map((of_cell) => requests.flatMap(({ request_id }) => of_cell.get(request_id) ?? [])),
  );
}
