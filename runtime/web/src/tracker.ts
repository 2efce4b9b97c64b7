/** What a website asks for, once it is known for whom, and whether the visitor agrees. */

import { Consent } from "./consent";
import { happening, type Choices, type Happening } from "./envelope";
import { watch } from "./navigation";
import { Outbox } from "./outbox";

export interface Options {
  /** false: pages are counted only when `le('page')` is called. */
  autoPage?: boolean;
  /** "denied": nothing is sent before `le('consent', { analytics: true })`; "granted": the site has asked. */
  consent?: "granted" | "denied" | "auto";
  /** false: no bubble. */
  chat?: boolean;
  /** Nothing happens on pages of other names; a name stands for what is below it as well. */
  domains?: string[];
  /** Sees each event before it is sent; may change it, or return null to drop it. */
  beforeSend?: (event: Happening) => Happening | null;
}

export class Tracker {
  readonly consent: Consent;
  private readonly outbox: Outbox;
  private watching = false;

  constructor(endpoint: string, client: string, private readonly options: Options, rules: string) {
    this.consent = new Consent(rules, options.consent);
    this.outbox = new Outbox(endpoint, client, () => this.consent.standing());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.outbox.leave();
    });
    window.addEventListener("pagehide", () => this.outbox.leave());
    document.addEventListener("click", (click) => this.clicked(click.target), true);
    this.begin();
  }

  /** The visitor agrees, or withdraws: then nothing more leaves, not even what waits. */
  choose(choices: Choices, how: Record<string, unknown>): void {
    if (!choices.analytics) this.outbox.forget();
    this.consent.choose(choices);
    this.send("consent", document.referrer, "", { ...choices, ...how });
    this.begin();
  }

  say(type: Happening["type"], referrer = document.referrer, name?: unknown, properties?: unknown): void {
    if (this.consent.allows) this.send(type, referrer, name, properties);
  }

  private begin(): void {
    if (this.watching || !this.consent.allows || this.options.autoPage === false) return;
    this.watching = true;
    watch((referrer) => this.say("page", referrer));
  }

  private send(type: Happening["type"], referrer: string, name?: unknown, properties?: unknown): void {
    const event = this.shaped(happening(type, referrer, name, properties));
    if (event) this.outbox.add(event);
  }

  /** `data-le-event="Name"` on whatever is clicked. */
  private clicked(target: EventTarget | null): void {
    const marked = target instanceof Element ? target.closest<HTMLElement>("[data-le-event]") : null;
    if (marked) this.say("track", undefined, marked.dataset["leEvent"]);
  }

  /** A website's own function may fail; then the event stays here. */
  private shaped(event: Happening): Happening | null {
    try {
      return this.options.beforeSend ? this.options.beforeSend(event) : event;
    } catch {
      return null;
    }
  }
}
