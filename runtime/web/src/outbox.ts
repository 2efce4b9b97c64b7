/** Events on their way: a bounded queue that survives a slow network, but not the page. */

import { envelope, type Happening, type Standing } from "./envelope";

const MAX_WAITING = 100;
const MAX_BATCH = 10;
// More than this a browser does not send for a page that goes away.
const MAX_KEPT_ALIVE = 60_000;
const BATCH_MS = 500;
const MAX_TRIES = 3;
const RETRY_MS = 2000;

export class Outbox {
  private waiting: Happening[] = [];
  private timer: number | undefined;
  private sending = false;
  private forgotten = 0;
  private tries = 0;

  constructor(
    private readonly endpoint: string,
    private readonly client: string,
    private readonly standing: () => Standing,
  ) {}

  add(event: Happening): void {
    this.waiting.push(event);
    if (this.waiting.length > MAX_WAITING) this.waiting.shift();
    this.schedule(BATCH_MS);
  }

  /** The page is going away: hand what waits to the browser, which sends it by itself. */
  leave(): void {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MAX_BATCH);
      if (navigator.sendBeacon(this.endpoint, envelope(this.client, batch, this.standing()))) continue;
      // The browser has no room left; a page that is shown again sends the rest.
      this.waiting.unshift(...batch);
      return;
    }
  }

  /** The visitor withdrew: what waits is forgotten. */
  forget(): void {
    this.waiting = [];
    this.forgotten += 1;
  }

  private schedule(delay: number): void {
    if (this.timer === undefined) this.timer = window.setTimeout(() => void this.send(), delay);
  }

  private async send(): Promise<void> {
    this.timer = undefined;
    if (this.sending || this.waiting.length === 0) return;
    const batch = this.waiting.splice(0, MAX_BATCH);
    this.sending = true;
    const before = this.forgotten;
    const delivered = await post(this.endpoint, envelope(this.client, batch, this.standing()));
    this.sending = false;
    this.settle(batch, delivered || before !== this.forgotten);
  }

  /** The server counts a message once, so what may have arrived can be sent again. */
  private settle(batch: Happening[], delivered: boolean): void {
    this.tries = delivered ? 0 : this.tries + 1;
    if (!delivered && this.tries < MAX_TRIES) this.waiting.unshift(...batch);
    if (this.waiting.length > 0) this.schedule(RETRY_MS * (this.tries + Math.random()));
  }
}

/** False when sending again may help; what the server refuses is not sent again. */
async function post(endpoint: string, body: string): Promise<boolean> {
  try {
    const answer = await fetch(endpoint, {
      method: "POST",
      // A type that needs no preflight; no cookie goes along.
      headers: { "Content-Type": "text/plain" },
      credentials: "omit",
      keepalive: body.length < MAX_KEPT_ALIVE,
      body,
    });
    return answer.status < 500 && answer.status !== 429;
  } catch {
    return false;
  }
}
