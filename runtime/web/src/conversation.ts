/** What the panel asks the stack, and what it remembers of it while the tab is open. */

import type { Context } from "./launcher";
import { events, type Told } from "./stream";

export interface Source {
  title: string;
  url: string;
}

/** A line that was said, as it is kept over a change of pages. */
export interface Line {
  who: "mine" | "theirs" | "person";
  text: string;
  sources: Source[];
}

interface Kept {
  id?: string;
  key?: string;
  after: number;
  waiting: boolean;
  lines: Line[];
}

export interface News {
  state: string;
  messages: { number: number; text: string }[];
}

const KEPT = "leadengine.chat";
const MOST_LINES = 40;
const TRIES = 4;

export class Conversation {
  private readonly kept: Kept;

  constructor(private readonly context: Context) {
    this.kept = restored(context.client);
  }

  get lines(): readonly Line[] {
    return this.kept.lines;
  }

  /** A person was asked for, or answers. */
  get waiting(): boolean {
    return this.kept.waiting;
  }

  remember(line: Line): void {
    this.kept.lines = [...this.kept.lines, line].slice(-MOST_LINES);
    this.save();
  }

  /** An answer as it comes; a line that breaks is taken up where it broke. Throws a sentence for the visitor. */
  async *ask(question: string): AsyncGenerator<Told> {
    let said = await this.post("/v1/chat", { question, ...this.known() });
    let answer = "";
    let after = 0;
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        for await (const told of events(said.body as ReadableStream<Uint8Array>)) {
          after = told.id;
          if (told.kind === "meta") answer = this.begun(told.data);
          else yield told;
          if (told.kind === "done" || told.kind === "error") return;
        }
      } catch {
        // The line broke; what is missing is asked for below.
      }
      if (!answer) break;
      await new Promise((later) => setTimeout(later, 500));
      said = await this.post("/v1/chat/rest", { answer, after, ...this.known() }, false);
    }
    throw new Error(LATER);
  }

  /** Have a person answer. */
  async call(email: string, name: string, message: string): Promise<void> {
    const said = await this.post("/v1/chat/person", { email, name, message, ...this.known() });
    this.begun((await said.json()) as Record<string, unknown>);
    this.kept.waiting = true;
    this.save();
  }

  /** Leave an address without waiting for anybody. */
  async leave(email: string, name: string, message: string): Promise<void> {
    await this.post("/v1/leads", { email, name, message });
  }

  /** What a person wrote since. */
  async news(): Promise<News["messages"]> {
    const said = await this.post("/v1/chat/news", { after: this.kept.after, ...this.known() }, false);
    const news = (await said.json()) as News;
    this.kept.after = Math.max(this.kept.after, ...news.messages.map((one) => one.number));
    this.kept.waiting = news.state !== "bot";
    this.save();
    return news.messages;
  }

  wait(): void {
    this.kept.waiting = true;
    this.save();
  }

  private known(): Record<string, string> {
    const { id, key } = this.kept;
    return id && key ? { conversation: id, key } : {};
  }

  private begun(told: Record<string, unknown>): string {
    this.kept.id = String(told["conversation"]);
    this.kept.key = String(told["key"]);
    this.save();
    return String(told["answer"] ?? "");
  }

  private async post(path: string, what: Record<string, unknown>, located = true): Promise<Response> {
    const { origin, client } = this.context;
    const url = location.href.split("#")[0]?.slice(0, 2000);
    const answer = await fetch(origin + path, {
      method: "POST",
      headers: { "Content-Type": "text/plain" },
      credentials: "omit",
      body: JSON.stringify({ client, ...(located ? { url } : {}), ...what }),
    }).catch(() => undefined);
    if (answer?.ok) return answer;
    throw new Error(SENTENCES[answer?.status ?? 0] ?? LATER);
  }

  private save(): void {
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ client: this.context.client, ...this.kept }));
    } catch {
      // A sandboxed page has no storage: the conversation lasts as long as the page.
    }
  }
}

function restored(client: string): Kept {
  const nothing = { after: 0, waiting: false, lines: [] };
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") as Partial<Kept> & { client?: string };
    if (kept.client !== client || !Array.isArray(kept.lines)) return nothing;
    const { id, key, after = 0, waiting = false, lines } = kept;
    return { ...(id && key ? { id, key } : {}), after, waiting, lines };
  } catch {
    return nothing;
  }
}

const LATER = "That did not work. Please try again in a moment.";
const SENTENCES: Record<number, string> = {
  422: "Please check what you typed.",
  429: "That were many questions. Please wait a minute.",
};
