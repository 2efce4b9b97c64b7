/** The bubble in the corner; the panel behind it is loaded when somebody wants it. */

import { element } from "./dom";

export interface Config {
  on: boolean;
  name: string;
  colour: string;
  onColour: string;
  greeting: string;
}

export interface Context {
  origin: string;
  client: string;
  config: Config;
  close(): void;
}

/** What chat.js hands over: build the panel; the result shows it and puts the focus into it. */
export type Panel = (root: ShadowRoot, context: Context) => { open(): void; close(): void };

const STYLE = `
:host { all: initial; }
.bubble { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000;
  box-sizing: border-box; width: 56px; height: 56px; padding: 0; border: 2px solid var(--on-brand);
  border-radius: 50%; background: var(--brand); color: var(--on-brand); cursor: pointer;
  font: 600 24px/1 system-ui, sans-serif; box-shadow: 0 2px 10px rgb(0 0 0 / 30%); }
.bubble[hidden] { display: none; }
.bubble:focus-visible { outline: 3px solid var(--brand); outline-offset: 3px; }
@media print { .bubble { display: none; } }
`;

export class Launcher {
  private readonly root: ShadowRoot;
  private readonly bubble: HTMLButtonElement;
  private panel: ReturnType<Panel> | undefined;
  private wanted = false;

  constructor(private readonly origin: string, private readonly client: string, private readonly config: Config) {
    const host = element("div", { dir: document.documentElement.dir || "ltr" });
    host.style.setProperty("--brand", config.colour);
    host.style.setProperty("--on-brand", config.onColour);
    this.root = host.attachShadow({ mode: "closed" });
    dress(this.root, STYLE);
    const label = `Ask ${config.name}`;
    this.bubble = element("button", { className: "bubble", type: "button", ariaLabel: label, textContent: "?" });
    this.bubble.addEventListener("click", () => this.open());
    this.root.append(this.bubble);
    document.body.append(host);
  }

  open(): void {
    if (this.panel) this.show();
    else if (!this.wanted) {
      this.wanted = true;
      const script = element("script", { src: `${this.origin}/chat.js`, async: true });
      script.addEventListener("error", () => (this.wanted = false));
      document.head.append(script);
    }
  }

  close(): void {
    this.panel?.close();
    this.bubble.style.display = "";
    this.bubble.focus();
  }

  /** What a website wants at run time: `launcher: false` hides the bubble, `position` puts it elsewhere. */
  set(wishes: Record<string, unknown>): void {
    if (typeof wishes["launcher"] === "boolean") this.bubble.hidden = !wishes["launcher"];
    if (wishes["position"] === "left") this.bubble.style.insetInline = "20px auto";
    else if (wishes["position"] === "right") this.bubble.style.insetInline = "auto 20px";
  }

  /** chat.js is here. */
  mount(panel: Panel): void {
    if (this.panel) return;
    const { origin, client, config } = this;
    this.panel = panel(this.root, { origin, client, config, close: () => this.close() });
    this.show();
  }

  private show(): void {
    this.bubble.style.display = "none";
    this.panel?.open();
  }
}

/** A sheet of our own: a website's content security policy has no say in it. */
export function dress(root: ShadowRoot, text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** The bubble, once the page is at rest, if this stack has something to say. */
export async function launch(origin: string, client: string): Promise<Launcher | undefined> {
  if (document.readyState !== "complete") {
    await new Promise((loaded) => window.addEventListener("load", loaded, { once: true }));
  }
  try {
    const answer = await fetch(`${origin}/chat.json`, { credentials: "omit" });
    const config = (await answer.json()) as Config;
    return answer.ok && config.on ? new Launcher(origin, client, config) : undefined;
  } catch {
    return undefined;
  }
}
