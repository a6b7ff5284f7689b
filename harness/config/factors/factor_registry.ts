// Every switch of the A/B. A switch whose implementation is missing stands here with the reason, so that asking for it is
// an error and never a silent no-op.

import { CONNECTOR_FACTORS } from "./connector_factors.ts";
import type { Factor } from "./factor.ts";
import { STORE_FACTORS } from "./store_factors.ts";
import { SYSTEM_FACTORS } from "./system_factors.ts";

export const FACTORS: readonly Factor[] = [...CONNECTOR_FACTORS, ...STORE_FACTORS, ...SYSTEM_FACTORS];
