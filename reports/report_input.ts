// What every renderer is given: one finished run, whole. Renderers are pure: the same input makes the same bytes.

import type { RequestRecord } from "../harness/domain/request_record.ts";
import type { Manifest } from "../harness/measure/manifest.ts";
import type { RunEvent } from "../harness/measure/run_event.ts";
import type { RunSummary } from "../harness/measure/run_summary.ts";

export interface ReportInput {
  readonly manifest: Manifest;
  readonly summary: RunSummary;
  readonly records: readonly RequestRecord[];
  readonly events: readonly RunEvent[];
}
