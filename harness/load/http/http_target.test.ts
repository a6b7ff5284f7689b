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
  ["http://user@host", "must have no user and no query"],
])("%s is refused with the rule, the value and what to do", (url, rule) => {
  const parsed = parseHttpTarget(url);
  expect(parsed.ok ? "" : parsed.error).toContain(`target url: ${rule}, got "${url}". `);
});
