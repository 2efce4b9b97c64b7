/** The question for consent, where a website does not ask itself: no is as easy as yes. */

import { element } from "./dom";
import { dress } from "./launcher";

interface Settings {
  name: string;
  notice: string;
  colour: string;
  onColour: string;
}

/** Written by the server, as JSON in a string. */
const SETTINGS = "__LEADENGINE_BANNER__";
/** Of the text below; kept with each choice. */
const WORDING = "2026-11";

const STYLE = `
:host { all: initial; }
.banner { position: fixed; inset-inline: 16px; inset-block-end: 16px; z-index: 2147482990; box-sizing: border-box;
  max-width: 560px; margin-inline: auto; padding: 16px 18px; border: 1px solid #c9ced6; border-radius: 14px;
  background: #fff; color: #10141f; font: 15px/1.45 system-ui, sans-serif; box-shadow: 0 6px 28px rgb(0 0 0 / 24%); }
p { margin: 0 0 12px; } strong { font-weight: 650; } a { color: inherit; }
.answers { display: flex; flex-wrap: wrap; gap: 8px; }
button { flex: 1 1 9rem; min-height: 44px; padding: 8px 14px; border: 2px solid var(--brand); border-radius: 9px;
  background: var(--brand); color: var(--on-brand); font: 600 15px/1.2 system-ui, sans-serif; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 3px solid #10141f; outline-offset: 2px; }
@media (min-width: 60em) { .banner { margin-inline: 0 auto; } }
@media (prefers-color-scheme: dark) {
  .banner { background: #161b24; color: #eef1f6; border-color: #3a4352; }
  button:focus-visible, a:focus-visible { outline-color: #eef1f6; }
}
@media print { .banner { display: none; } }
`;

function ask(settings: Settings): void {
  const host = element("div", { dir: document.documentElement.dir || "ltr" });
  host.style.setProperty("--brand", settings.colour);
  host.style.setProperty("--on-brand", settings.onColour);
  const root = host.attachShadow({ mode: "closed" });
  dress(root, STYLE);
  const title = element("strong", { textContent: "May we recognise this browser?" });
  const words =
    ` ${settings.name} would like to see which pages are read, and to recognise you when you come back.` +
    " If you say no, nothing is stored and nothing is sent.";
  const text = element("p", {}, title, words);
  if (settings.notice) {
    text.append(" ", element("a", { href: settings.notice, textContent: "Privacy notice", target: "_blank", rel: "noopener" }));
  }
  const answer = (label: string, agrees: boolean): HTMLButtonElement => {
    const button = element("button", { type: "button", textContent: label });
    button.addEventListener("click", () => {
      host.remove();
      const le = (window as unknown as { le?: (...args: unknown[]) => void }).le;
      le?.("consent", { analytics: agrees, marketing: agrees }, { source: "banner", wording: WORDING });
    });
    return button;
  };
  const answers = element("div", { className: "answers" }, answer("No, thank you", false), answer("Yes, that is fine", true));
  const banner = element("div", { className: "banner", ariaLabel: "Consent" }, text, answers);
  banner.setAttribute("role", "region");
  root.append(banner);
  document.body.append(host);
}

const settings = JSON.parse(SETTINGS) as Settings;
if (document.body) ask(settings);
else document.addEventListener("DOMContentLoaded", () => ask(settings), { once: true });
