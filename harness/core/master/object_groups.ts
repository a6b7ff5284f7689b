// Objects that their writers put into groups: eviction takes the members of a group together or leaves all of them. An object of no
// group costs nothing here.

import type { Row } from "./object_row.ts";

export class ObjectGroups {
  readonly #members = new Map<string, Set<Row>>();
  readonly #group_of = new Map<Row, string>();

  /** `group_id` "": of no group. */
  add(row: Row, group_id: string): void {
    if (group_id === "") return;
    const members = this.#members.get(group_id) ?? new Set<Row>();
    members.add(row);
    this.#members.set(group_id, members);
    this.#group_of.set(row, group_id);
  }

  remove(row: Row): void {
    const group_id = this.#group_of.get(row);
    if (group_id === undefined) return;
    this.#group_of.delete(row);
    const members = this.#members.get(group_id);
    members?.delete(row);
    if (members?.size === 0) this.#members.delete(group_id);
  }

  /** Every member in the order of put, the row among them; undefined for an object of no group. */
  membersOf(row: Row): ReadonlySet<Row> | undefined {
    const group_id = this.#group_of.get(row);
    return group_id === undefined ? undefined : this.#members.get(group_id);
  }
}
