/** Who has to be asked, what they said, and the id a browser has only while it agrees. */

import { uuid, type Choices, type Standing } from "./envelope";
import { remember, remembered } from "./memory";

const CHOICE = "leadengine_consent";
const ID = "leadengine_id";
// Thirteen months: then a browser is asked, and named, anew.
const LONGEST_MS = 395 * 86_400_000;
const FAR_AWAY =
  /^(GB|Eire|Portugal|Atlantic\/(Azores|Canary|Madeira|Reykjavik)|Africa\/Ceuta|Asia\/(Nicosia|Famagusta)|Indian\/(Mayotte|Reunion)|America\/(Cayenne|Guadeloupe|Martinique))$/;

export class Consent {
  private choices: Choices;
  private readonly zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "";

  /** `rules` are the server's: `auto`, `strict`, `statistical` or `open`. */
  constructor(private readonly rules: string, said: string | undefined) {
    this.choices = said === "granted" ? { analytics: true } : read<Choices>(CHOICE);
    this.waits = this.choices.analytics === undefined && (said === "denied" || this.mustAsk());
  }

  /** True while nothing may leave: the visitor has to be asked, and has not answered. */
  waits: boolean;

  get allows(): boolean {
    return !this.waits && this.choices.analytics !== false;
  }

  choose(given: Choices): void {
    const { analytics, marketing } = given;
    this.choices = { analytics: analytics === true, marketing: marketing === true };
    this.waits = false;
    remember(CHOICE, JSON.stringify({ ...this.choices, at: Date.now() }));
    if (!analytics) remember(ID, "");
  }

  /** The browser's own name for itself is forgotten; the choice is kept. */
  reset(): void {
    remember(ID, "");
  }

  standing(): Standing {
    const { analytics, marketing } = this.choices;
    return {
      anonymousId: analytics ? this.id() : "",
      zone: this.zone,
      locale: navigator.language || "",
      consent: { analytics, marketing },
    };
  }

  private mustAsk(): boolean {
    if (this.rules.includes("strict")) return true;
    return this.rules.includes("auto") && (this.zone.startsWith("Europe/") || FAR_AWAY.test(this.zone));
  }

  private id(): string {
    const known = read<{ id?: string }>(ID);
    if (known.id) return known.id;
    const id = uuid();
    remember(ID, JSON.stringify({ id, at: Date.now() }));
    return id;
  }
}

/** What was remembered, unless it is too old or not ours. */
function read<Kept>(key: string): Kept | Record<string, never> {
  try {
    const kept = JSON.parse(remembered(key)) as Kept & { at: number };
    return Date.now() - kept.at < LONGEST_MS ? kept : {};
  } catch {
    return {};
  }
}
