// `--endpoint [NAME=]URL` and what goes with it: servers to measure as they are, in place of a stack that bench starts. A
// metrics or reset URL belongs to the endpoint of its name; where there is one endpoint, no name is needed.

import type { ConfigTree } from "./config_tree.ts";
import type { EndpointTarget } from "./endpoint_target.ts";
import type { FlagReader } from "./flag_reader.ts";

/** Settings that say what is sent and how it is judged; everything else describes a stack that is not started. */
const SETTINGS = ["workload", "load", "validity", "seed"];
/** Flags that are about a stack. */
const OF_A_STACK = ["ab", "host", "perfetto", "runtime", "store"];
const OF_AN_ENDPOINT = ["metrics", "reset-url", "model", "api-key-env"];

/** Empty without --endpoint. */
export function readEndpoints(flags: FlagReader): readonly EndpointTarget[] {
  const given = flags.texts("endpoint");
  if (given.length === 0) {
    for (const name of OF_AN_ENDPOINT) refuse(flags, name, "must go with --endpoint");
    return [];
  }
  for (const name of OF_A_STACK) refuse(flags, name, "must not go with --endpoint, which starts no stack");
  const named = given.map((text, i) => namedUrl(text, given.length === 1 ? "server" : letter(i)));
  const metrics = byName(flags, "metrics", named);
  const resets = byName(flags, "reset-url", named);
  const api_key_env = readKeyName(flags);
  checkNames(flags, named);
  checkSecrets(flags, "endpoint", named);
  checkSecrets(flags, "metrics", metrics);
  checkSecrets(flags, "reset-url", resets);
  return named.map(({ name, url }) => ({
    name,
    url,
    metrics_urls: metrics.filter((one) => one.name === name).map((one) => one.url),
    reset_url: resets.find((one) => one.name === name)?.url ?? null,
    model: flags.text("model") ?? null,
    api_key_env,
  }));
}

/** Of the configuration under an endpoint run. */
export function checkEndpointSettings(flags: FlagReader, config: ConfigTree): void {
  for (const key of Object.keys(config)) {
    if (SETTINGS.includes(key)) continue;
    flags.report({
      path: key,
      rule: `must not be set with --endpoint: the server is measured as it is (settings of ${SETTINGS.join(", ")} hold)`,
      got: config[key],
      next_step: "Leave it out, or set it at the server.",
    });
  }
}

interface NamedUrl {
  readonly name: string;
  readonly url: string;
}

function namedUrl(text: string, default_name: string): NamedUrl {
  const [, name, url] = /^([a-z0-9][a-z0-9_.-]*)=(.*)$/i.exec(text) ?? [];
  return { name: name ?? default_name, url: url ?? text };
}

function letter(index: number): string {
  return String.fromCharCode("a".charCodeAt(0) + index);
}

function byName(flags: FlagReader, flag: string, endpoints: readonly NamedUrl[]): readonly NamedUrl[] {
  const only = endpoints.length === 1 ? endpoints[0] : undefined;
  return flags.texts(flag).flatMap((text) => {
    const one = namedUrl(text, only?.name ?? "");
    if (endpoints.some(({ name }) => name === one.name)) return [one];
    flags.report({
      path: `--${flag}`,
      rule: `must name its endpoint (${endpoints.map(({ name }) => name).join(", ")})`,
      got: text,
      next_step: `Use --${flag} ${endpoints[0]?.name}=${one.url}.`,
    });
    return [];
  });
}

function checkNames(flags: FlagReader, endpoints: readonly NamedUrl[]): void {
  const names = endpoints.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  flags.report({
    path: "--endpoint",
    rule: "must have a name of its own for each endpoint",
    got: twice,
    next_step: "Use --endpoint before=URL --endpoint after=URL.",
  });
}

/** What is named here goes into the manifest. */
function checkSecrets(flags: FlagReader, flag: string, urls: readonly NamedUrl[]): void {
  for (const { url } of urls) {
    const parsed = URL.canParse(url) ? new URL(url) : null;
    const is_clean =
      parsed !== null &&
      `${parsed.username}${parsed.password}` === "" &&
      ![...parsed.searchParams.keys()].some((name) => /key|token|secret|passw|auth|sig/i.test(name));
    if (is_clean) continue;
    flags.report({
      path: `--${flag}`,
      rule: "must be a URL without a user, a password or a key, since the manifest keeps it",
      got: parsed === null ? url : `${parsed.protocol}//${parsed.host}${parsed.pathname}`,
      next_step: "Use --api-key-env for a key, or a local proxy that adds what the server wants.",
    });
  }
}

function readKeyName(flags: FlagReader): string | null {
  const name = flags.text("api-key-env");
  if (name === undefined) return null;
  if ((process.env[name] ?? "") === "") {
    flags.report({
      path: "--api-key-env",
      rule: "must name an environment variable that holds the key",
      got: /^[A-Z_][A-Z0-9_]*$/.test(name) ? `${name}, which is not set` : "no name of a variable",
      next_step:
        "Use for example --api-key-env OPENAI_API_KEY, with the key in that variable and nowhere else.",
    });
  }
  return name;
}

function refuse(flags: FlagReader, name: string, rule: string): void {
  if (!flags.has(name)) return;
  flags.report({ path: `--${name}`, rule, got: flags.text(name) || `--${name}`, next_step: "See --help." });
}
