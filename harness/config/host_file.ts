// `--host FILE`: a host profile as `bun run calibrate` writes it, for the simulator. The same shape as sim/host_profile.ts.

import { readFileSync } from "node:fs";
import { z } from "zod";
import { err, ok, type Result } from "../domain/result.ts";
import type { ConfigProblem } from "./config_problem.ts";

export interface HostFile {
  readonly host_name: string;
  readonly one_host: boolean;
  readonly rpc_ns: number;
  readonly rpc_key_ns: number;
  readonly copy_ns: number;
  readonly copy_bytes_per_s: number;
  readonly disk_read_bytes_per_s: number;
  readonly disk_write_bytes_per_s: number;
  readonly disk_latency_ns: number;
  readonly disk_depth: number;
  readonly http_ns: number;
  readonly http_token_ns: number;
  readonly sse_ns: number;
  readonly step_lateness_us: number;
  readonly source: string;
}

const cost = z.number().min(0);
const rate = z.number().positive();

const hostShape: z.ZodType<HostFile> = z.strictObject({
  host_name: z.string(),
  one_host: z.boolean(),
  rpc_ns: cost,
  rpc_key_ns: cost,
  copy_ns: cost,
  copy_bytes_per_s: rate,
  disk_read_bytes_per_s: rate,
  disk_write_bytes_per_s: rate,
  disk_latency_ns: cost,
  disk_depth: z.number().int().positive(),
  http_ns: cost,
  http_token_ns: cost,
  sse_ns: cost,
  step_lateness_us: cost,
  source: z.string(),
});

export function readHostFile(path: string): Result<HostFile, ConfigProblem[]> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err([
      {
        path: "--host",
        rule: `must be a readable host profile (${reason})`,
        got: path,
        next_step: "Make one with bun run calibrate.",
      },
    ]);
  }
  const parsed = hostShape.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  return err(
    parsed.error.issues.map((issue) => ({
      path: `--host ${path}: ${issue.path.join(".")}`,
      rule: issue.message,
      got: undefined,
      next_step: "Make the file again with bun run calibrate.",
    })),
  );
}
