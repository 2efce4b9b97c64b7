/**
 * `<le-dashboard>`: a part of the dashboard in a page of another application.
 *
 * Its own backend vouches for who is looking (`token-url`, or `getToken`); the token goes to the frame
 * by message, to the dashboard's origin and no other. What the frame says is believed when it is that
 * frame, on that origin.
 */

import { element } from "./dom";
import { innerPath, ours, type Asked, type Said, type Theme } from "./words";

const VIEWS = ["leads", "analytics", "concierge"];
const LOOKS = ["colour", "font", "radius", "scheme"] as const;
const SILENT_MS = 15_000;
const MAY = "allow-scripts allow-same-origin allow-forms allow-downloads allow-popups"
  + " allow-popups-to-escape-sandbox allow-top-navigation-to-custom-protocols";

const own = document.currentScript as HTMLScriptElement | null;
const base = new URL(".", own?.src ?? location.href);

/** Where a dashboard is: as the element says, else where this script came from; null: that is no place. */
function placeOf(said: string | null): URL | null {
  if (!said) return base;
  try {
    const place = new URL(`${said.replace(/\/+$/, "")}/`);
    return place.protocol === "https:" || place.origin === base.origin ? place : null;
  } catch {
    return null;
  }
}

type GetToken = (view: string) => Promise<string>;

class Dashboard extends HTMLElement {
  static readonly observedAttributes = ["view", "path", "dashboard", ...LOOKS];
  getToken: GetToken = (view) => this.askBackend(view);
  private frame: HTMLIFrameElement | undefined;
  private place: URL = base;
  private shown = "";
  private patience: number | undefined;

  connectedCallback(): void {
    window.addEventListener("message", this.hear);
    window.addEventListener("popstate", this.goBack);
    this.open();
  }

  disconnectedCallback(): void {
    window.removeEventListener("message", this.hear);
    window.removeEventListener("popstate", this.goBack);
    window.clearTimeout(this.patience);
    this.frame?.remove();
    this.frame = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.shadowRoot || before === now) return;
    if (name === "view" || name === "dashboard") this.open();
    else if (name !== "path") this.say({ le: "theme", theme: this.theme() });
    else if (now !== this.shown) this.say({ le: "go", path: innerPath(now) });
  }

  private get view(): string {
    const wanted = this.getAttribute("view") ?? "";
    return VIEWS.includes(wanted) ? wanted : "leads";
  }

  /** A fresh frame: what was let in before is forgotten with the old one. */
  private open(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const place = placeOf(this.getAttribute("dashboard"));
    if (!place) {
      root.replaceChildren();
      this.frame = undefined;
      this.fail("The attribute dashboard has to be an address that begins with https://");
      return;
    }
    this.place = place;
    const frame = element("iframe", { src: new URL(`embed/${this.view}`, place).href, title: this.view });
    frame.setAttribute("sandbox", MAY);
    Object.assign(frame.style, { display: "block", width: "100%", height: "20rem", border: "0" });
    frame.addEventListener("load", () => void this.start(frame));
    this.style.display = "block";
    root.replaceChildren(frame);
    this.frame = frame;
  }

  private async start(frame: HTMLIFrameElement): Promise<void> {
    const asked = this.parameter();
    const path = innerPath(asked ? new URLSearchParams(location.search).get(asked) : this.getAttribute("path"));
    const token = await this.token();
    if (!token || frame !== this.frame) return;
    this.patience = window.setTimeout(() => {
      this.fail("The dashboard does not answer. Is the origin of this page on its list?");
    }, SILENT_MS);
    this.say({ le: "start", token, path, theme: this.theme() });
  }

  private async token(): Promise<string> {
    try {
      return await this.getToken(this.view);
    } catch (error) {
      this.fail(`No guest token was given: ${String(error)}`);
      return "";
    }
  }

  private async askBackend(view: string): Promise<string> {
    const place = new URL(this.getAttribute("token-url") ?? "", location.href);
    if (place.origin !== location.origin) throw new Error("token-url has to be of this page's own origin");
    const answer = await fetch(place.href, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ view }),
    });
    if (!answer.ok) throw new Error(`${place.pathname} answered ${answer.status}`);
    return String(((await answer.json()) as { token: unknown }).token);
  }

  private readonly hear = (event: MessageEvent): void => {
    if (event.origin !== this.place.origin || event.source !== this.frame?.contentWindow) return;
    const said = ours<Said>(event.data);
    window.clearTimeout(this.patience);
    if (said?.le === "height") this.resize(said.height);
    else if (said?.le === "path") this.follow(innerPath(said.path), said.title, said.moved === true);
    else if (said?.le === "token") void this.token().then((token) => token && this.say({ le: "token", token }));
    else if (said?.le === "error") this.tell("le-error", { message: String(said.message) });
  };

  private resize(height: number): void {
    if (this.frame && Number.isFinite(height)) this.frame.style.height = `${Math.min(Math.max(height, 80), 50_000)}px`;
  }

  /** The frame shows another page: so say attribute, event and, where wanted, the address. */
  private follow(path: string, title: unknown, moved: boolean): void {
    if (!path) return;
    this.shown = path;
    this.setAttribute("path", path);
    if (this.frame) this.frame.title = String(title);
    this.tell("le-path", { path, title: String(title) });
    const name = this.parameter();
    if (name && moved) {
      const address = new URL(location.href);
      address.searchParams.set(name, path);
      history.pushState(history.state, "", address);
    }
    if (moved && this.getBoundingClientRect().top < 0) this.scrollIntoView();
  }

  private readonly goBack = (): void => {
    const name = this.parameter();
    if (name) this.say({ le: "go", path: innerPath(new URLSearchParams(location.search).get(name)) });
  };

  /** The part of the page's query that holds the path; empty: the application keeps it elsewhere. */
  private parameter(): string {
    return this.getAttribute("deep-link") ?? "";
  }

  private theme(): Theme {
    const theme: Theme = {};
    for (const name of LOOKS) {
      const value = this.getAttribute(name);
      if (value) theme[name] = value;
    }
    return theme;
  }

  private say(message: Asked): void {
    this.frame?.contentWindow?.postMessage(message, this.place.origin);
  }

  private fail(message: string): void {
    const note = element("p", { textContent: message });
    note.setAttribute("role", "alert");
    this.shadowRoot?.append(note);
    this.tell("le-error", { message });
  }

  private tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** Put a dashboard into a part of the page; returns the element. */
function mount(target: Element, attributes: Record<string, string>, getToken?: GetToken): Dashboard {
  const made = document.createElement("le-dashboard") as Dashboard;
  // Another client's script may have been the first, and its class is the one that counts.
  made.setAttribute("dashboard", base.href);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (getToken) made.getToken = getToken;
  target.replaceChildren(made);
  return made;
}

if (!customElements.get("le-dashboard")) customElements.define("le-dashboard", Dashboard);
(window as unknown as { LeadEngine: object }).LeadEngine = { mount };
