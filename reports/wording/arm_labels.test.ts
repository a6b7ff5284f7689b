import { expect, test } from "bun:test";
import { labelArms } from "./arm_labels.ts";

test("the factor that all arms share names the column, and levels name the arms", () => {
  const labels = labelArms(["tiers=hbm", "tiers=hbm+cpu"]);
  expect(labels.column).toBe("tiers");
  expect(labels.of("tiers=hbm+cpu")).toBe("hbm+cpu");
});

test("arms that share no factor keep their names", () => {
  for (const names of [["only"], ["tiers=hbm"], ["tiers=hbm", "routing=session"], ["tiers=", "tiers=hbm"]]) {
    const labels = labelArms(names);
    expect(labels.column).toBe("arm");
    expect(names.map(labels.of)).toEqual(names);
  }
});
