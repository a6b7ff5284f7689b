import { expect, test } from "bun:test";
import { parseHttpTarget } from "./http_target.ts";

test.each([
  ["http://127.0.0.1:8000", { host: "127.0.0.1", port: 8000, base_path: "" }],
  ["http://router/base/", { host: "router", port: 80, base_path: "/base" }],
  ["http://[::1]:9", { host: "::1", port: 9, base_path: "" }],
])("%s is a target", (url, value) => {
  expect(parseHttpTarget(url)).toEqual({ ok: true, value });
});

test.each([
  ["https://host", "must be http"],
  ["ftp://host", "must be http"],
  ["host:8000x/", "must be http"],
  ["//", "must be a URL"],
])("%s is refused with the rule, the value and what to do", (url, rule) => {
  const parsed = parseHttpTarget(url);
  expect(parsed.ok ? "" : parsed.error).toContain(`target url: ${rule}, got "${url}". `);
});

test("a user, a password and a query are refused and not repeated", () => {
  const parsed = parseHttpTarget("http://me:secret@host/base?key=secret");
  expect(parsed).toEqual({
    ok: false,
    error:
      'target url: must have no user and no query, got "http://host/base". Use http://host:port or http://host:port/base.',
  });
});
