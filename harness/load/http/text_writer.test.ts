import { expect, test } from "bun:test";
import { TextWriter } from "./text_writer.ts";

function written(writer: TextWriter): string {
  const bytes = Buffer.alloc(writer.length);
  writer.copyTo(bytes, 0);
  return bytes.toString();
}

test("an array of numbers reads as JSON has it, whatever their digits and however many they are", () => {
  const edges = [0, 1, 9, 10, 99, 100, 31_999, 2 ** 31 - 1];
  const many = Array.from({ length: 50_000 }, (_, i) => i * 7); // 300 kB: more than the writer begins with
  const writer = new TextWriter();
  for (const numbers of [[], edges, many, [5]]) {
    writer.clear();
    writer.text('{"prompt":[');
    writer.numbers(numbers, numbers.length);
    writer.endArray();
    writer.text("}");
    expect(written(writer)).toBe(JSON.stringify({ prompt: numbers }));
  }
});

test("text is UTF-8, and its bytes are counted, not its characters", () => {
  const writer = new TextWriter();
  writer.text("grüße 🙂 ");
  writer.number(407);
  expect(written(writer)).toBe("grüße 🙂 407");
  expect(writer.length).toBe(16); // 5 + 2 more for ü and ß, a space, 4 for the smiley, a space, 3 digits
});
