// What a peer may send. A message over a limit is refused before memory is spent on it.

import { MIB } from "../domain/units.ts";

/** Longest frame behind its length field. */
export const MAX_MESSAGE_BYTES: number = 64 * MIB;
/** Longest string that is not an object key: paths, names, patterns, error details. */
export const MAX_TEXT_BYTES = 65_536;
/** Longest frame of a client that has not proved yet that it knows the secret. */
export const MAX_UNPROVED_BYTES = 1024;
export const MAX_LIST_ITEMS: number = 2 ** 20;
/** Bytes that one connection may hold unsent before new calls on it are refused. */
export const MAX_UNSENT_BYTES: number = 256 * MIB;
