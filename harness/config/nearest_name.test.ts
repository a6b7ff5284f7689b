import { expect, test } from "bun:test";
import { listNames, nearestName, suggestName } from "./nearest_name.ts";

const NAMES = ["local", "off", "global"];

test("a name with few edits is suggested, a far one is not", () => {
  expect(nearestName("locale", NAMES)).toBe("local");
  expect(nearestName("LOCAL", NAMES)).toBe("local");
  expect(nearestName("everywhere", NAMES)).toBeUndefined();
});

test("the sentence lists every name, with a suggestion where there is one", () => {
  expect(suggestName("of", NAMES)).toBe("Did you mean off? Use local, off or global.");
  expect(suggestName("everywhere", NAMES)).toBe("Use local, off or global.");
  expect(listNames(["one"])).toBe("one");
});
