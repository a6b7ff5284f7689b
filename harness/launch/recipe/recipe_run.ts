// The phases of a recipe: hooks, workers, router, and hooks that always run. What a phase does to the machine is the caller's: a
// failure is a text, and the first one before post_serve ends what comes before it.

import type { RecipeCommand, RecipePlan, RecipeServiceStep } from "./recipe_plan.ts";

export interface RecipeActions {
  /** Runs to its end; null, or why it failed. */
  runHook(command: RecipeCommand): Promise<string | null>;
  /** Starts and waits until it is healthy; null, or why it is not. */
  startService(service: RecipeServiceStep): Promise<string | null>;
  /** Ends everything that was started, router first. */
  stopServices(): Promise<void>;
}

export interface RecipeOutcome {
  /** What went wrong, in order; empty when all went well. */
  readonly failures: readonly string[];
}

export async function runRecipe(plan: RecipePlan, actions: RecipeActions): Promise<RecipeOutcome> {
  const failures: string[] = [];
  const served = await serve(plan, actions);
  if (served !== null) failures.push(served);
  for (const hook of plan.post_serve) {
    const why = await actions.runHook(hook);
    if (why !== null) failures.push(`${hook.name}: ${why}`);
  }
  await actions.stopServices();
  return { failures };
}

async function serve(plan: RecipePlan, actions: RecipeActions): Promise<string | null> {
  for (const hook of plan.pre_serve) {
    const why = await actions.runHook(hook);
    if (why !== null) return `${hook.name}: ${why}`;
  }
  const workers = await Promise.all(
    plan.workers.map(async (worker) => ({ worker, why: await actions.startService(worker) })),
  );
  const failed = workers.find(({ why }) => why !== null);
  if (failed !== undefined) return `${failed.worker.name}: ${failed.why}`;
  if (plan.router === null) return null;
  const why = await actions.startService(plan.router);
  return why === null ? null : `router: ${why}`;
}
