// `--host FILE`: a host profile as `bun run calibrate` writes it, for the simulator.

import { readFileSync } from "node:fs";
import { z } from "zod";
import type { HostProfile } from "../domain/host_profile.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ConfigProblem } from "./config_problem.ts";

const cost = z.number().min(0);
const rate = z.number().positive();

const hostShape: z.ZodType<HostProfile> = z.strictObject({
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

export function readHostFile(path: string): Result<HostProfile, ConfigProblem[]> {
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
