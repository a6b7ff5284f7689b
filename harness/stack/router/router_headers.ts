// Headers that pass through the router: from the client to engines, and back.

export const STAGES_HEADER = "x-tierbench-stages";

export function forwardedHeaders(headers: Headers): Record<string, string> {
  return pickHeaders(headers, ["authorization", "x-session-id"]);
}

export function passedBackHeaders(headers: Headers): Record<string, string> {
  return pickHeaders(headers, ["content-type", "content-encoding", "cache-control", STAGES_HEADER]);
}

function pickHeaders(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
