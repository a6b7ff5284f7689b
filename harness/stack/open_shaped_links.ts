// Makes or joins the shared table of a run's links. The launcher makes it before any engine starts and closes it last, which
// removes it; engines join it.

import { attachSharedNumbers, createSharedNumbers } from "../../native/ffi/shared_numbers.ts";
import { linkTableLength } from "../core/link/link_shaper.ts";
import { err, ok, type Result } from "../domain/result.ts";
import type { LinkTable } from "./process_config.ts";
import { type ShapedLinks, SharedLinkTable } from "./shaped_links.ts";
import type { StartError } from "./start_error.ts";

export function createShapedLinks(table: LinkTable): Result<ShapedLinks, StartError> {
  const numbers = createSharedNumbers(table.shm_path, linkTableLength(table.nodes.length));
  if (!numbers.ok) return err({ code: "shared_memory", detail: `links: ${numbers.error.detail}` });
  return ok(new SharedLinkTable(table, numbers.value));
}

export function openShapedLinks(table: LinkTable): Result<ShapedLinks, StartError> {
  const numbers = attachSharedNumbers(table.shm_path);
  if (!numbers.ok) return err({ code: "shared_memory", detail: `links: ${numbers.error.detail}` });
  return ok(new SharedLinkTable(table, numbers.value));
}
