// Failed requests by the code of their error; what admission control rejected did not fail.

import type { RequestRecord } from "../domain/request_record.ts";

/** Undefined: none failed. */
export function errorsByCode(records: readonly RequestRecord[]): Record<string, number> | undefined {
  const codes = records.flatMap(({ error }) =>
    error === null || error.code === "rejected" ? [] : [error.code],
  );
  if (codes.length === 0) return undefined;
  const counts = [...Map.groupBy(codes, (code) => code)].map(([code, same]) => [code, same.length] as const);
  return Object.fromEntries(counts.sort(([, a], [, b]) => b - a));
}
