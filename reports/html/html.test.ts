import { expect, test } from "bun:test";
import { html, trustedHtml } from "./html.ts";

test("values are escaped in text and attributes, templates are not escaped twice", () => {
  const bad = `"><script>&'`;
  const inner = html`<b title="${bad}">${bad}</b>`;
  expect(inner.text).toBe(
    '<b title="&quot;&gt;&lt;script&gt;&amp;&#39;">&quot;&gt;&lt;script&gt;&amp;&#39;</b>',
  );
  expect(html`<p>${inner}</p>`.text).toBe(`<p>${inner.text}</p>`);
});

test("lists are joined, null is nothing, numbers are text", () => {
  expect(html`${[html`<i>a</i>`, "<", 3]}${null}`.text).toBe("<i>a</i>&lt;3");
});

test("control characters do not reach the page", () => {
  expect(html`${"a\u001b[31m\u0000b\nc"}`.text).toBe("a\ufffd[31m\ufffdb\nc");
});

test("only what is trusted stays markup", () => {
  expect(html`${trustedHtml("<svg></svg>")}${"<svg></svg>"}`.text).toBe("<svg></svg>&lt;svg&gt;&lt;/svg&gt;");
});
