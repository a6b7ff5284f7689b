// Fields of JSON that another program sent, read with their type or not at all.

export interface JsonObject {
  readonly [field: string]: unknown;
}

/** Null when the text is no JSON object. */
export function parseJsonObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readObject(object: JsonObject, field: string): JsonObject | null {
  const value = object[field];
  return isJsonObject(value) ? value : null;
}

export function readArray(object: JsonObject, field: string): readonly unknown[] | null {
  const value = object[field];
  return Array.isArray(value) ? value : null;
}

export function readNumber(object: JsonObject, field: string): number | null {
  const value = object[field];
  return typeof value === "number" ? value : null;
}

/** "" when it is absent. */
export function readText(object: JsonObject, field: string): string {
  const value = object[field];
  return typeof value === "string" ? value : "";
}
