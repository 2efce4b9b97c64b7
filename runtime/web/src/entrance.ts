/** The frame's way in: a pass in memory, shown with each request, and another before it is over. */

const EARLY_SECONDS = 60;
const WAIT_MS = 15_000;

export class Entrance {
  private pass = "";
  private host = "";
  private timer: number | undefined;
  private readonly waiting: (() => void)[] = [];

  /**
   * @param below what stands before every path of this dashboard
   * @param want called when the page around has to hand over another token
   */
  constructor(private readonly below: string, private readonly want: () => void) {}

  /** Use a guest token; the origin is the one the browser named with the message that brought it. */
  async enter(token: string, origin: string): Promise<void> {
    this.host = origin;
    const answer = await fetch(`${this.below}/embed/pass`, {
      method: "POST",
      credentials: "omit",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, origin: this.host, before: this.pass }),
    });
    const said = (await answer.json()) as { pass?: string; expires_in?: number; error?: string };
    if (!answer.ok || !said.pass) throw new Error(said.error ?? `the dashboard answered ${answer.status}`);
    this.pass = said.pass;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(this.want, 1000 * Math.max((said.expires_in ?? 0) - EARLY_SECONDS, EARLY_SECONDS));
    this.waiting.splice(0).forEach((go) => go());
  }

  /** Ask for something of the dashboard, once more with another pass if this one is over. */
  async ask(path: string, options: RequestInit = {}): Promise<Response> {
    const answer = await this.fetch(path, options);
    if (answer.status !== 401) return answer;
    await this.another();
    return this.fetch(path, options);
  }

  private fetch(path: string, options: RequestInit): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.pass}` };
    return fetch(this.below + path, { ...options, headers, credentials: "omit", cache: "no-store" });
  }

  private another(): Promise<void> {
    this.want();
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      window.setTimeout(resolve, WAIT_MS);
    });
  }
}
