/** What the panel asks the stack. */

import type { Context } from "./launcher";

export interface Answer {
  conversation: string;
  answered: boolean;
  text: string;
  citations: { title: string; source: string }[];
}

export class Conversation {
  private id: string | undefined;

  constructor(private readonly context: Context) {}

  /** Throws a sentence for the visitor when there is no answer. */
  async ask(question: string): Promise<Answer> {
    const said = await this.post("/v1/ask", { question, conversation: this.id });
    const answer = (await said.json()) as Answer;
    this.id = answer.conversation;
    return answer;
  }

  async leave(email: string, name: string, message: string): Promise<void> {
    await this.post("/v1/leads", { email, name, message });
  }

  private async post(path: string, what: Record<string, unknown>): Promise<Response> {
    const { origin, client } = this.context;
    const url = location.href.split("#")[0]?.slice(0, 2000);
    const answer = await fetch(origin + path, {
      method: "POST",
      headers: { "Content-Type": "text/plain" },
      credentials: "omit",
      body: JSON.stringify({ client, url, ...what }),
    }).catch(() => undefined);
    if (answer?.ok) return answer;
    throw new Error(SENTENCES[answer?.status ?? 0] ?? "That did not work. Please try again in a moment.");
  }
}

const SENTENCES: Record<number, string> = {
  422: "Please check what you typed.",
  429: "That were many questions. Please wait a minute.",
};
