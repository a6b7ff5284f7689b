// Field kinds that several schemas share.

import { z } from "zod";
import { parseSize } from "../domain/units.ts";

/** Bytes: a number or a text such as "64MiB". */
export function sizeField(min_bytes: number): z.ZodType<number> {
  return z.preprocess(
    (value) => (typeof value === "string" ? (parseSize(value) ?? value) : value),
    z.int().min(min_bytes),
  );
}

/** A part of a whole. */
export function ratioField(): z.ZodType<number> {
  return z.number().min(0).max(1);
}

export function countField(min: number): z.ZodType<number> {
  return z.int().min(min);
}

export function positiveField(): z.ZodType<number> {
  return z.number().positive();
}
