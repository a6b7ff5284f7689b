// A recipe with its placeholders filled in: what runs in which phase. Pure. Source: spec vigil_recipe.md; the meaning of
// {worker_flags} is not in any public source, and here is `--worker-urls` with the URL of every worker.

import { join } from "node:path";
import type { Recipe, RecipeHook, RecipeService } from "../../config/recipe_config.ts";
import { err, ok, type Result } from "../../domain/result.ts";

export interface RecipePlace {
  readonly log_dir: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** What `auto` takes. */
  readonly free_ports: { readonly router: number; readonly prometheus: number };
}

export interface RecipeCommand {
  /** Also the name of its log. */
  readonly name: string;
  /** For `sh -c`. */
  readonly cmd: string;
  readonly env: { readonly [name: string]: string };
  readonly repo_path: string | null;
  readonly log_path: string;
}

export interface RecipeServiceStep extends RecipeCommand {
  readonly health: RecipeService["health_check"];
}

export interface RecipePlan {
  readonly pre_serve: readonly RecipeCommand[];
  readonly workers: readonly RecipeServiceStep[];
  readonly router: RecipeServiceStep | null;
  /** Run whatever happened before, each whatever became of the others. */
  readonly post_serve: readonly RecipeCommand[];
  /** Phases and hooks that this launcher does not know, named so that nobody takes them for run. */
  readonly left_out: readonly string[];
}

type Values = { readonly [placeholder: string]: string };

export function planRecipe(recipe: Recipe, place: RecipePlace): Result<RecipePlan, readonly string[]> {
  const expander = new RecipeExpander(place);
  const { roles, router } = recipe.serving;
  const workers = roles.flatMap(({ count, base_port, vllm_engine }) =>
    Array.from({ length: count }, (_, i) => ({ vllm_engine, port: String(base_port + i) })),
  );
  const common = commonValues(
    recipe,
    place,
    workers.map(({ port }) => port),
  );
  const plan: RecipePlan = {
    pre_serve: recipe.pre_serve.map((hook, i) => expander.command(`hook_pre_serve_${i}`, hook, common)),
    workers: workers.map(({ vllm_engine, port }, i) =>
      expander.service(`worker_${i}`, vllm_engine, { ...common, port }),
    ),
    router: router === null ? null : expander.service("router", router, common),
    post_serve: recipe.post_serve.flatMap((hook, i) =>
      "vmon" in hook ? [] : [expander.command(`hook_post_serve_${i}`, hook, common)],
    ),
    left_out: leftOut(recipe),
  };
  return expander.problems.length === 0 ? ok(plan) : err(expander.problems);
}

function commonValues(
  recipe: Recipe,
  { log_dir, free_ports }: RecipePlace,
  ports: readonly string[],
): Values {
  const router_port = String(recipe.router_port === "auto" ? free_ports.router : recipe.router_port);
  const { prometheus_port } = recipe;
  return {
    model: recipe.model,
    log_dir,
    router_port,
    port: router_port,
    prometheus_port: String(prometheus_port === "auto" ? free_ports.prometheus : prometheus_port),
    worker_flags: ["--worker-urls", ...ports.map((port) => `http://127.0.0.1:${port}`)].join(" "),
  };
}

function leftOut(recipe: Recipe): string[] {
  return [
    ...(recipe.precheck ? ["precheck"] : []),
    ...(recipe.collect_env ? ["collect_env"] : []),
    ...(recipe.serving.remote === null ? [] : ["serving.remote"]),
    ...recipe.post_serve.flatMap((hook, i) => ("vmon" in hook ? [`post_serve.${i}: vmon ${hook.vmon}`] : [])),
  ];
}

class RecipeExpander {
  readonly problems: string[] = [];
  readonly #place: RecipePlace;

  constructor(place: RecipePlace) {
    this.#place = place;
  }

  command(name: string, { cmd, repo_path, env }: RecipeHook, values: Values): RecipeCommand {
    const expanded = Object.entries(env).map(([key, text]) => [key, this.#expand(name, text, values)]);
    return {
      name,
      cmd: this.#expand(name, cmd, values),
      env: Object.fromEntries(expanded),
      repo_path: repo_path === null ? null : this.#expand(name, repo_path, values),
      log_path: join(this.#place.log_dir, `${name}.log`),
    };
  }

  service(name: string, service: RecipeService, values: Values): RecipeServiceStep {
    const url = this.#expand(name, service.health_check.url, values);
    return { ...this.command(name, service, values), health: { ...service.health_check, url } };
  }

  #expand(name: string, text: string, values: Values): string {
    const expanded = expandText(text, values, this.#place.env);
    for (const unknown of expanded.unknown) {
      this.problems.push(
        `${name}: ${unknown} must be known, got nothing. Known are ${Object.keys(values).join(", ")} and the environment; write $$ for a dollar of the shell.`,
      );
    }
    return expanded.text;
  }
}

/** `$$` is a dollar, `${NAME}` the environment's, `{name}` a placeholder; other braces and dollars are the shell's. */
export function expandText(
  text: string,
  values: Values,
  env: RecipePlace["env"],
): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const pattern = /\$\$|\$\{(\w+)\}|\{([a-z_]+)\}/g;
  const expanded = text.replace(pattern, (whole, name?: string, placeholder?: string) => {
    if (whole === "$$") return "$";
    const value = name === undefined ? values[placeholder ?? ""] : env[name];
    if (value === undefined) unknown.push(whole);
    return value ?? whole;
  });
  return { text: expanded, unknown };
}
