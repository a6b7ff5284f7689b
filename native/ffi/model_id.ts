// 32-bit FNV-1a over the UTF-8 bytes of a model's name: what a block's header says of the model.

export function modelId(model_name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(model_name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
