import type { EngineEffect } from "../core/engine/engine_api.ts";

export type EffectOf<Type extends EngineEffect["type"]> = Extract<EngineEffect, { readonly type: Type }>;
