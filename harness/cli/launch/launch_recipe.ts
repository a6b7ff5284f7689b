// `launch --recipe FILE`: a launch-and-bench recipe, printed or run.

import { resolve } from "node:path";
import { OsClock } from "../../clock/os_clock.ts";
import { readConfigFile } from "../../config/config_file.ts";
import { formatConfigProblem } from "../../config/config_problem.ts";
import { parseRecipe } from "../../config/recipe_schema.ts";
import { ShellRecipeActions } from "../../launch/recipe/recipe_actions.ts";
import { planRecipe, type RecipeCommand, type RecipePlan } from "../../launch/recipe/recipe_plan.ts";
import { runRecipe } from "../../launch/recipe/recipe_run.ts";
import { quote } from "../../launch/vllm/vllm_plan_text.ts";
import { EXIT, type ExitCode } from "../exit_code.ts";

export async function launchRecipe(path: string, log_dir: string, dry_run: boolean): Promise<ExitCode> {
  const tree = readConfigFile(path);
  if (!tree.ok) return complain([formatConfigProblem({ ...tree.error, path: "--recipe" })]);
  const recipe = parseRecipe(tree.value);
  if (!recipe.ok) return complain(recipe.error.map(formatConfigProblem));
  const plan = planRecipe(recipe.value, {
    log_dir: resolve(log_dir),
    env: process.env,
    free_ports: { router: freePort(), prometheus: freePort() },
  });
  if (!plan.ok) return complain(plan.error);
  for (const name of plan.value.left_out) console.error(`launch: left out: ${name}`);
  if (dry_run) {
    process.stdout.write(renderRecipe(plan.value));
    return EXIT.DONE;
  }
  const { failures } = await runRecipe(plan.value, new ShellRecipeActions(new OsClock()));
  for (const failure of failures) console.error(`launch: ${failure}`);
  return failures.length === 0 ? EXIT.DONE : EXIT.STACK_FAILED;
}

function renderRecipe({ pre_serve, workers, router, post_serve }: RecipePlan): string {
  const services = [...workers, ...(router === null ? [] : [router])];
  return [
    ...pre_serve.map((hook) => renderCommand(hook, "must exit 0")),
    ...services.map((service) =>
      renderCommand(service, `ready when ${service.health.url} answers within ${service.health.timeout_s} s`),
    ),
    ...post_serve.map((hook) => renderCommand(hook, "runs whatever happened before")),
    "",
  ].join("\n");
}

function renderCommand({ name, cmd, env, repo_path }: RecipeCommand, note: string): string {
  const words = Object.entries(env).map(([key, value]) => `${key}=${quote(value)}`);
  const place = repo_path === null ? [] : [`cd ${quote(repo_path)} &&`];
  return `# ${name}: ${note}\n${[...place, ...words, "sh -c", quote(cmd)].join(" ")}\n`;
}

/** A port that was free a moment ago. */
function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => {} } });
  listener.stop();
  return listener.port;
}

function complain(lines: readonly string[]): ExitCode {
  for (const line of lines) console.error(`launch: ${line}`);
  return EXIT.USAGE;
}
