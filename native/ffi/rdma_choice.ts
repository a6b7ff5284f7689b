// Which RDMA device a process uses, and why not another. Pure.
//
// Devices that are named are taken in that order. Otherwise, of those with an active port that has an address: the one on the NUMA
// node of this process's memory, a physical function before a virtual one, the faster one, the first by name.

import { present } from "../../harness/domain/assert.ts";
import type { RdmaDevice, RdmaGid } from "../../harness/domain/rdma_device.ts";
import { chooseGid, describeGid } from "./rdma_gid_choice.ts";

export interface RdmaWish {
  /** Devices that may be used, best first; empty: any. */
  readonly device_names: readonly string[];
  /** Null: the rule of rdma_gid_choice.ts. */
  readonly gid_index: number | null;
  /** Where this process's memory lies; null: not known. */
  readonly numa_node: number | null;
}

export interface RdmaChoice {
  readonly device: RdmaDevice;
  readonly gid: RdmaGid;
}

/** What becomes of one device, or of one that was named and is not there. */
export interface RdmaVerdict {
  readonly name: string;
  /** Null: cannot be used. */
  readonly choice: RdmaChoice | null;
  readonly why: string;
}

/** Those that can be used first, the best of all at the head. */
export function judgeRdmaDevices(wish: RdmaWish, devices: readonly RdmaDevice[]): readonly RdmaVerdict[] {
  const choices: RdmaChoice[] = [];
  const refused: RdmaVerdict[] = [];
  for (const device of devices) {
    const gid = chooseGid(device, wish.gid_index);
    const is_meant = wish.device_names.length === 0 || wish.device_names.includes(device.name);
    if (is_meant && gid !== null) choices.push({ device, gid });
    else refused.push({ name: device.name, choice: null, why: whyNot(device, is_meant, wish) });
  }
  for (const name of wish.device_names) {
    if (devices.some((device) => device.name === name)) continue;
    refused.push({ name, choice: null, why: "is named, and this host has no such device" });
  }
  choices.sort((a, b) => firstDifference(a, b, wish)?.order ?? 0);
  return [...choices.map((choice, i) => verdictOf(choice, i, choices, wish)), ...refused];
}

function verdictOf(
  choice: RdmaChoice,
  i: number,
  choices: readonly RdmaChoice[],
  wish: RdmaWish,
): RdmaVerdict {
  const best = present(choices[0], "a choice is among the choices");
  const { name } = choice.device;
  const other = i === 0 ? choices[1] : best;
  const difference = other === undefined ? null : firstDifference(best, i === 0 ? other : choice, wish);
  const reason = difference?.why(best) ?? "";
  if (i > 0) return { name, choice, why: `could be used, but ${best.device.name} ${reason}` };
  const what = `${portOf(choice)}, ${describeGid(choice.gid)}`;
  return {
    name,
    choice,
    why: reason === "" ? what : `${what}; before ${other?.device.name}, for it ${reason}`,
  };
}

interface Difference {
  /** Below 0: the first is better. */
  readonly order: number;
  /** What the better one has. */
  readonly why: (better: RdmaChoice) => string;
}

function firstDifference(a: RdmaChoice, b: RdmaChoice, wish: RdmaWish): Difference | null {
  const named = ({ device }: RdmaChoice) => wish.device_names.indexOf(device.name);
  const far = ({ device }: RdmaChoice) =>
    device.numa_node !== null && device.numa_node === wish.numa_node ? 0 : 1;
  const virtual = ({ device }: RdmaChoice) => (device.is_virtual_function ? 1 : 0);
  const slow = (choice: RdmaChoice) => -gbitPerS(choice);
  const criteria: readonly [(choice: RdmaChoice) => number, Difference["why"]][] = [
    [named, () => "is named before it"],
    [far, ({ device }) => `is on NUMA node ${device.numa_node}, as this process's memory is`],
    [virtual, () => "is no virtual function"],
    [slow, (choice) => `is faster (${gbitPerS(choice)} Gbit/s)`],
  ];
  for (const [cost, why] of criteria) {
    const order = cost(a) - cost(b);
    if (order !== 0) return { order, why };
  }
  return { order: a.device.name < b.device.name ? -1 : 1, why: () => "comes first by name" };
}

/** 0 where the kernel does not say. */
function gbitPerS({ device, gid }: RdmaChoice): number {
  const port = device.ports.find(({ active, gids }) => active && gids.includes(gid));
  return Number(/^([0-9.]+) Gb\/sec/.exec(port?.rate ?? "")?.[1] ?? 0);
}

function portOf({ device, gid }: RdmaChoice): string {
  const port = present(
    device.ports.find(({ active, gids }) => active && gids.includes(gid)),
    "a chosen address belongs to an active port",
  );
  return `port ${port.port} is active${port.rate === "unknown" ? "" : ` at ${port.rate}`}`;
}

function whyNot(device: RdmaDevice, is_meant: boolean, { device_names, gid_index }: RdmaWish): string {
  if (!is_meant) return `is not among the devices asked for (${device_names.join(", ")})`;
  if (device.ports.length === 0) return "has no port";
  const active = device.ports.filter((port) => port.active);
  if (active.length === 0) return `${device.ports.map(({ port }) => `port ${port}`).join(" and ")} down`;
  const which = active.map(({ port }) => `port ${port}`).join(" and ");
  if (gid_index === null) return `${which} active, but without an address (no GID is set)`;
  const have = active.flatMap(({ gids }) => gids.map((gid) => gid.gid_index));
  return `${which} active, but without GID ${gid_index}; set are ${have.join(", ") || "none"}`;
}
