// A server that somebody else runs may serve others too; what it does for them is in every figure. Its own count of finished
// requests tells, where there is one engine that counts: of several, a request may count at more than one.

import type { ArmRun } from "../arm_run.ts";
import { armCounter } from "../arm_scrapes.ts";
import { isAvailable } from "../measured.ts";
import { ENGINE_SERIES } from "../metric_names.ts";
import type { ValidityCheck } from "../run_summary.ts";
import { fail, notApplicable, pass } from "./check_result.ts";

export interface ServedArm {
  readonly name: string;
  readonly runs: readonly ArmRun[];
}

const NEXT_STEP = "Keep other clients away from the server while it is measured.";

export function checkNothingElseServed(arms: readonly ServedArm[]): ValidityCheck {
  const check = "the server finished this client's requests and no others";
  const judged = arms.map(judge);
  const others = judged.filter(({ ok }) => ok === false).map(({ text }) => text);
  if (others.length > 0) return fail(check, others, NEXT_STEP);
  const texts = judged.map(({ text }) => text).join("; ");
  return judged.some(({ ok }) => ok === null) || judged.length === 0
    ? notApplicable(check, texts || "no arm was measured")
    : pass(check, texts);
}

interface Judged {
  readonly ok: boolean | null;
  readonly text: string;
}

/** A request that failed for the client may have finished at the server. */
function judge({ name, runs }: ServedArm): Judged {
  const engines = Math.max(0, ...runs.map(({ scrapes }) => scrapes.filter(isEngine).length));
  // Where every engine's role is known, each request counts at one that computes prompts.
  const has_roles = runs.every(({ scrapes }) => scrapes.filter(isEngine).every(({ role }) => role !== null));
  if (engines !== 1 && !(engines > 0 && has_roles)) {
    const why =
      engines === 0 ? "no engine's metrics were named" : `${engines} engines count, each on its own`;
    return { ok: null, text: `${name}: ${why}` };
  }
  const served = armCounter(runs, "prompt_engines", ENGINE_SERIES.finished_requests);
  if (!isAvailable(served)) return { ok: null, text: `${name}: ${served.na}` };
  const records = runs.flatMap((run) => run.records);
  const finished = records.filter(({ error }) => error === null).length;
  const ok = served >= finished && served <= records.length;
  return { ok, text: `${name}: ${served} at the server, ${finished} at the client` };
}

function isEngine({ kind }: ArmRun["scrapes"][number]): boolean {
  return kind === "engine";
}
