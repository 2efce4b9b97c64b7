/** What a website asks for, once it is known for whom, and whether the visitor agrees. */

import { happening, type Happening } from "./envelope";
import { watch } from "./navigation";
import { Outbox } from "./outbox";

export interface Options {
  /** false: pages are counted only when `le('page')` is called. */
  autoPage?: boolean;
  /** "denied": nothing is sent before `le('consent', { analytics: true })`. */
  consent?: "granted" | "denied";
  /** false: no bubble. */
  chat?: boolean;
  /** Sees each event before it is sent; may change it, or return null to drop it. */
  beforeSend?: (event: Happening) => Happening | null;
}

export class Tracker {
  private readonly outbox: Outbox;
  private allowed = false;
  private watching = false;

  constructor(endpoint: string, client: string, private readonly options: Options) {
    this.outbox = new Outbox(endpoint, client);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.outbox.leave();
    });
    window.addEventListener("pagehide", () => this.outbox.leave());
    this.allow(options.consent !== "denied");
  }

  /** The visitor agrees, or withdraws: then nothing more leaves, not even what waits. */
  allow(analytics: boolean): void {
    this.allowed = analytics;
    if (!analytics) this.outbox.forget();
    else if (!this.watching && this.options.autoPage !== false) {
      this.watching = true;
      watch((referrer) => this.say("page", referrer));
    }
  }

  say(type: Happening["type"], referrer = document.referrer, name?: unknown, properties?: unknown): void {
    if (!this.allowed) return;
    const event = this.shaped(happening(type, referrer, name, properties));
    if (event) this.outbox.add(event);
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
