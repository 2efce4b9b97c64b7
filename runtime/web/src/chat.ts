/** The panel behind the bubble: loaded when it is wanted for the first time. */

import { Conversation, type Answer } from "./conversation";
import { element } from "./dom";
import { dress, type Context, type Panel } from "./launcher";
import { STYLE } from "./style";

const panel: Panel = (root: ShadowRoot, context: Context) => {
  dress(root, STYLE);
  const conversation = new Conversation(context);
  const log = element("div", { className: "log", role: "log", tabIndex: 0, ariaLabel: "Conversation" });
  const field = element("input", { maxLength: 1500, required: true, ariaLabel: "Your question", autocomplete: "off" });
  const form = element("form", {}, field, element("button", {}, "Ask"));
  const close = element("button", { className: "close", type: "button", ariaLabel: "Close", textContent: "×" });
  const title = element("strong", { textContent: context.config.name });
  const frame = element("div", { className: "panel", role: "dialog", ariaLabel: `Ask ${context.config.name}` });
  frame.append(element("header", {}, title, element("span", { textContent: "AI assistant" }), close), log, form);
  root.append(frame);

  const say = (who: string, text: string): HTMLElement => {
    const line = element("p", { className: who, textContent: text });
    log.append(line);
    log.scrollTop = log.scrollHeight;
    return line;
  };

  const reply = (answer: Answer, question: string): void => {
    const line = say("theirs", answer.text);
    line.dataset["aiGenerated"] = "true";
    for (const { title } of answer.citations) say("source", `From: ${title}`);
    if (!answer.answered) log.append(addressForm(conversation, question, say));
    log.scrollTop = log.scrollHeight;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const question = field.value.trim();
    if (!question) return;
    say("mine", question);
    field.value = "";
    try {
      reply(await conversation.ask(question), question);
    } catch (error) {
      say("trouble", (error as Error).message);
    }
  });
  close.addEventListener("click", () => context.close());
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Escape") context.close();
    // What is typed here is none of the website's shortcuts.
    event.stopPropagation();
  });
  say("theirs", context.config.greeting);

  return {
    open(): void {
      frame.style.display = "";
      field.focus();
    },
    close(): void {
      frame.style.display = "none";
    },
  };
};

/** A person will answer, if they are told whom. */
function addressForm(
  conversation: Conversation,
  question: string,
  say: (who: string, text: string) => void,
): HTMLFormElement {
  const email = element("input", { type: "email", required: true, maxLength: 200, ariaLabel: "Your e-mail", placeholder: "E-mail", autocomplete: "email" });
  const name = element("input", { maxLength: 200, ariaLabel: "Your name", placeholder: "Name", autocomplete: "name" });
  const form = element("form", { className: "address" }, name, email, element("button", {}, "Send"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await conversation.leave(email.value.trim(), name.value.trim(), question.slice(0, 500));
      form.remove();
      say("theirs", "Thank you. A person will write to you.");
    } catch (error) {
      say("trouble", (error as Error).message);
    }
  });
  return form;
}

(window as unknown as { le?: (...args: unknown[]) => void }).le?.("panel", panel);
