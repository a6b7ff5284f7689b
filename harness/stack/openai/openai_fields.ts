// Reads the fields of a JSON request body and collects every problem, so that the user sees all of them at once.
// A problem says where, the rule, what was got and the next step.

export type JsonObject = { readonly [key: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export class OpenAiFields {
  readonly #body: JsonObject;
  readonly #path: string;
  readonly #problems: string[];

  /** `path` is what stands before a field's name in problems: "" or "stream_options.". */
  constructor(body: JsonObject, path: string, problems: string[]) {
    this.#body = body;
    this.#path = path;
    this.#problems = problems;
  }

  value(name: string): unknown {
    return this.#body[name] ?? undefined;
  }

  /** Undefined when absent, null or wrong; a wrong value is a problem. */
  integer(name: string, min: number, max: number, next_step: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    this.problem(name, `must be an integer from ${min} to ${max}`, value, next_step);
    return undefined;
  }

  boolean(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "boolean") return value;
    this.problem(name, "must be true or false", value, "Leave it out for false.");
    return undefined;
  }

  string(name: string, next_step: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === "string") return value;
    this.problem(name, "must be a string", value, next_step);
    return undefined;
  }

  object(name: string, next_step: string): OpenAiFields | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (isJsonObject(value)) return new OpenAiFields(value, `${this.#path}${name}.`, this.#problems);
    this.problem(name, "must be an object", value, next_step);
    return undefined;
  }

  problem(name: string, rule: string, got: unknown, next_step: string): void {
    this.#problems.push(`${this.#path}${name}: ${rule}, got ${shown(got)}. ${next_step}`);
  }
}

const SHOWN_CHARS = 60;

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
}
