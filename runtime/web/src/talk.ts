/** The log of a conversation: lines that grow while they are said, with their sources. */

import type { Line, Source } from "./conversation";
import { element } from "./dom";
import { link, mark, render, withoutMarks } from "./markdown";

export class Talk {
  readonly log = element("div", { className: "log", role: "log", tabIndex: 0, ariaLabel: "Conversation", ariaLive: "polite" });

  say(who: string, text: string): HTMLElement {
    const line = element("div", { className: `line ${who}` }, element("p", { textContent: text }));
    this.add(line);
    return line;
  }

  add(node: Node): void {
    this.log.append(node);
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** A line that was said before this page. */
  again(line: Line): void {
    if (line.who === "mine") this.say("mine", line.text);
    else {
      const answer = new Answer(this, line.who);
      answer.text = line.text;
      answer.sources = line.sources;
      answer.end();
    }
  }
}

export class Answer {
  text = "";
  sources: Source[] = [];
  private readonly line: HTMLElement;

  constructor(
    private readonly talk: Talk,
    private readonly who: "theirs" | "person",
  ) {
    this.line = element("div", { className: `line ${who}` });
    if (who === "theirs") this.line.dataset["aiGenerated"] = "true";
    this.line.append(element("span", { className: "dots", role: "img", ariaLabel: "Searching" }, "•", "•", "•"));
    talk.add(this.line);
    // Read aloud when it is whole, not word by word.
    talk.log.ariaBusy = "true";
  }

  more(text: string): void {
    this.text += withoutMarks(text);
    this.show();
  }

  cite(number: number, source: Source): void {
    this.sources[number - 1] = source;
    this.text = `${this.text.replace(/\s+$/, "")}${mark(number)} `;
    this.show();
  }

  /** The whole of it, as it is remembered. */
  end(): Line {
    this.show();
    const found = this.sources.filter(Boolean);
    if (found.length) {
      const items = found.map(({ title, url }) => element("li", {}, link(url, title)));
      this.line.append(element("p", { className: "small", textContent: "From:" }), element("ol", { className: "small" }, ...items));
    }
    if (!this.text) this.line.remove();
    this.talk.log.ariaBusy = "false";
    this.talk.log.scrollTop = this.talk.log.scrollHeight;
    return { who: this.who, text: this.text, sources: found };
  }

  private show(): void {
    const blocks = render(this.text, (number) => {
      const title = this.sources[number - 1]?.title ?? "";
      return element("sup", { title }, element("span", { className: "unseen", textContent: " source " }), `[${number}]`);
    });
    if (blocks.length) this.line.replaceChildren(...blocks);
    this.talk.log.scrollTop = this.talk.log.scrollHeight;
  }
}
