/** Server-sent events out of an answer's body, as they come. */

export interface Told {
  id: number;
  kind: string;
  data: Record<string, unknown>;
}

export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<Told> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let waiting = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    waiting += decoder.decode(value, { stream: true });
    const blocks = waiting.split("\n\n");
    waiting = blocks.pop() ?? "";
    for (const block of blocks) {
      const told = parsed(block);
      if (told) yield told;
    }
  }
}

function parsed(block: string): Told | undefined {
  const lines = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
  const kind = lines.get("event");
  if (!kind) return undefined;
  return { id: Number(lines.get("id")), kind, data: JSON.parse(lines.get("data") ?? "{}") as Record<string, unknown> };
}
