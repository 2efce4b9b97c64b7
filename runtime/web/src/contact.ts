/** Who a visitor is: one short form, for a person who answers now or writes later. */

import { element } from "./dom";

export interface Contact {
  email: string;
  name: string;
  message: string;
}

export function contactForm(
  why: string,
  needed: boolean,
  send: (contact: Contact) => Promise<void>,
  failed: (sentence: string) => void,
): HTMLFormElement {
  const email = element("input", { type: "email", required: needed, maxLength: 200, ariaLabel: "Your e-mail", placeholder: needed ? "E-mail" : "E-mail (for an answer later)", autocomplete: "email" });
  const name = element("input", { maxLength: 200, ariaLabel: "Your name", placeholder: "Name", autocomplete: "name" });
  const message = element("input", { maxLength: 1500, ariaLabel: "Your message", placeholder: "What is it about?", autocomplete: "off" });
  const button = element("button", {}, "Send");
  const note = element("p", { className: "small", textContent: "Your address is used to answer you, and for nothing else." });
  const form = element("form", { className: "contact", ariaLabel: why }, element("p", { textContent: why }), email, name);
  if (!needed) form.append(message);
  form.append(button, note);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await send({ email: email.value.trim(), name: name.value.trim(), message: message.value.trim() });
      form.remove();
    } catch (error) {
      button.disabled = false;
      failed((error as Error).message);
    }
  });
  return form;
}
