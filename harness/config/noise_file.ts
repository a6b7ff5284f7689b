// `--noise FILE`: a noise profile as `bun run noise` writes it.

import { readFileSync } from "node:fs";
import { z } from "zod";
import type { NoiseProfile } from "../domain/noise_profile.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { ConfigProblem } from "./config_problem.ts";

const spread = z.number().min(0);

const noiseShape: z.ZodType<NoiseProfile> = z.strictObject({
  schema_version: z.literal(1),
  measured_at: z.string(),
  scenario: z.string(),
  host: z.string(),
  pairs: z.int().min(2),
  metrics: z.array(
    z.strictObject({
      metric: z.string(),
      unit: z.enum(["percent", "points"]),
      mean: z.number(),
      pair_sd: spread,
      within_sd: spread.nullable(),
      between_sd: spread.nullable(),
    }),
  ),
});

export function readNoiseFile(path: string): Result<NoiseProfile, ConfigProblem> {
  const problem = (why: string): Result<never, ConfigProblem> =>
    err({
      path: "--noise",
      rule: `must be a noise profile (${why})`,
      got: path,
      next_step: "Make one with bun run noise.",
    });
  try {
    const parsed = noiseShape.safeParse(JSON.parse(readFileSync(path, "utf8")));
    if (parsed.success) return ok(parsed.data);
    return problem(
      parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
    );
  } catch (error) {
    return problem(error instanceof Error ? error.message : String(error));
  }
}
