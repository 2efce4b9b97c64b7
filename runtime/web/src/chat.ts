/** The panel behind the bubble: loaded when it is wanted for the first time. */

import { contactForm } from "./contact";
import { Conversation, type Source } from "./conversation";
import { element } from "./dom";
import { dress, type Context, type Panel } from "./launcher";
import type { Told } from "./stream";
import { STYLE } from "./style";
import { Answer, Talk } from "./talk";

const NEWS_EVERY = 4000;

class Chat {
  private readonly conversation: Conversation;
  private readonly talk = new Talk();
  private readonly field = element("textarea", { rows: 1, maxLength: 1500, ariaLabel: "Your question", placeholder: "Ask a question", autocomplete: "off" });
  private readonly send = element("button", { ariaLabel: "Ask" }, "Ask");
  private readonly frame: HTMLElement;
  private busy = false;
  private timer: number | undefined;

  constructor(root: ShadowRoot, private readonly context: Context) {
    dress(root, STYLE);
    this.conversation = new Conversation(context);
    const { name, greeting } = context.config;
    const close = element("button", { className: "plain", type: "button", ariaLabel: "Close", textContent: "×" });
    const person = element("button", { className: "person", type: "button", textContent: "Talk to a person" });
    const titles = element("div", {}, element("strong", { textContent: name }), element("span", { textContent: "AI assistant" }));
    const form = element("form", { className: "ask" }, this.field, this.send);
    this.frame = element("div", { className: "panel", role: "dialog", ariaLabel: `Ask ${name}` });
    this.frame.append(element("header", {}, titles, close), this.talk.log, form, element("footer", {}, person));
    root.append(this.frame);
    this.talk.say("note", "You are chatting with an AI assistant. It can be wrong; its sources stand below each answer.");
    this.talk.say("theirs", greeting);
    for (const line of this.conversation.lines) this.talk.again(line);
    form.addEventListener("submit", (event) => this.submit(event));
    person.addEventListener("click", () => this.offerPerson());
    close.addEventListener("click", () => context.close());
    this.frame.addEventListener("keydown", (event) => this.key(event));
  }

  open(): void {
    this.frame.style.display = "";
    this.field.focus();
    this.listen();
  }

  close(): void {
    this.frame.style.display = "none";
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.context.close();
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target === this.field) this.submit(event);
    // What is typed here is none of the website's shortcuts.
    event.stopPropagation();
  }

  private submit(event: Event): void {
    event.preventDefault();
    const question = this.field.value.trim();
    if (!question || this.busy) return;
    this.field.value = "";
    this.talk.say("mine", question);
    this.conversation.remember({ who: "mine", text: question, sources: [] });
    void this.ask(question);
  }

  private async ask(question: string): Promise<void> {
    this.busy = this.send.disabled = true;
    const answer = new Answer(this.talk, "theirs");
    let after: (() => void) | undefined;
    try {
      for await (const told of this.conversation.ask(question)) after = this.hear(told, answer, question) ?? after;
    } catch (error) {
      this.talk.say("trouble", (error as Error).message);
    }
    const line = answer.end();
    if (line.text) this.conversation.remember(line);
    after?.();
    this.busy = this.send.disabled = false;
  }

  /** What happened; what is to be done once the answer is whole is handed back. */
  private hear(told: Told, answer: Answer, question: string): (() => void) | undefined {
    const { kind, data } = told;
    if (kind === "delta") answer.more(String(data["text"]));
    else if (kind === "cite") answer.cite(Number(data["n"]), data as unknown as Source);
    else if (kind === "error") this.talk.say("trouble", String(data["text"]));
    else if (kind === "action") {
      if (data["kind"] === "handoff") return () => this.offerPerson();
      if (data["kind"] === "lead_form") return () => this.offerForm(question);
      return () => this.passedOn();
    }
    return undefined;
  }

  private passedOn(): void {
    this.talk.say("note", "Passed on to a person.");
    this.listen();
  }

  private offerForm(question: string): void {
    this.replaceForms(
      contactForm("Shall a person write to you?", true, async ({ email, name }) => {
        await this.conversation.leave(email, name, question.slice(0, 500));
        this.talk.say("theirs", "Thank you. A person will write to you.");
      }, (sentence) => this.talk.say("trouble", sentence)),
    );
  }

  private offerPerson(): void {
    const form = contactForm("A person can take over here.", false, async ({ email, name, message }) => {
      await this.conversation.call(email, name, message);
      if (message) {
        this.talk.say("mine", message);
        this.conversation.remember({ who: "mine", text: message, sources: [] });
      }
      this.talk.say("note", email ? "A person was told. The answer comes here, or by mail if you leave." : "A person was told. Keep this page open: the answer comes here.");
      this.field.focus();
      this.listen();
    }, (sentence) => this.talk.say("trouble", sentence));
    this.replaceForms(form);
    form.querySelector("input")?.focus();
  }

  private replaceForms(form: HTMLFormElement): void {
    for (const old of this.talk.log.querySelectorAll("form")) old.remove();
    this.talk.add(form);
  }

  /** Look for a person's words now and then, while one is wanted and the panel is open. */
  private listen(): void {
    if (this.timer !== undefined || !this.conversation.waiting) return;
    const look = async (): Promise<void> => {
      this.timer = undefined;
      try {
        for (const { text } of await this.conversation.news()) {
          const line = new Answer(this.talk, "person");
          line.more(text);
          this.conversation.remember(line.end());
        }
      } catch {
        // The next look may go better.
      }
      this.listen();
    };
    this.timer = setTimeout(() => void look(), NEWS_EVERY) as unknown as number;
  }
}

const panel: Panel = (root, context) => new Chat(root, context);

(window as unknown as { le?: (...args: unknown[]) => void }).le?.("panel", panel);
