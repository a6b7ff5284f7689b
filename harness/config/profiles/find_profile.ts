import { err, ok, type Result } from "../../domain/result.ts";
import type { ConfigProblem } from "../config_problem.ts";
import { suggestName } from "../nearest_name.ts";

/** A profile by name, or a problem that lists the known ones. */
export function findProfile<T>(
  profiles: ReadonlyMap<string, T>,
  name: string,
  path: string,
): Result<T, ConfigProblem> {
  const profile = profiles.get(name);
  if (profile !== undefined) return ok(profile);
  return err({
    path,
    rule: "must be a known profile",
    got: name,
    next_step: suggestName(name, [...profiles.keys()]),
  });
}
