import { expect, test } from "bun:test";
import { reportFixture } from "../report_fixture.ts";
import { ledgerLine } from "./ledger_line.ts";

test("a balanced ledger counts its rows", () => {
  expect(ledgerLine(reportFixture().summary)).toBe(
    "Ledger: balanced; client, engines and store agree on 6 rows of 2 arms.",
  );
});

test("an open ledger names the row and what each witness counted", () => {
  const line = ledgerLine(reportFixture({ arms: 1, invalid: true }).summary);
  expect(line).toStartWith("Ledger: does not balance. only, cpu cached tokens: client ");
  // The fixture's engine counts 7 tokens more than the client.
  const [client, engine] = [...line.matchAll(/(?:client|engine) ([\d,]+)/g)].map((match) =>
    Number(match[1]?.replaceAll(",", "")),
  );
  expect(Number(engine) - Number(client)).toBe(7);
});

test("no ledger is not a balanced one", () => {
  expect(ledgerLine(reportFixture({ missing: true }).summary)).toBe("Ledger: was not balanced.");
});
