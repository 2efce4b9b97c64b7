/** What is sent: the shapes the server's envelope.py accepts. */

export type Value = string | number | boolean | null;
export type Properties = Record<string, Value>;

export interface Happening {
  messageId: string;
  type: "page" | "track" | "identify" | "group" | "consent";
  timestamp: string;
  url: string;
  title: string;
  referrer: string;
  name: string;
  properties: Properties;
}

const MAX_ADDRESS = 2000;
const MAX_TEXT = 500;
const MAX_NAME = 120;
const MAX_KEY = 50;
const MAX_PROPERTIES = 30;

/** Something that happened on the page as it is now; an address too long to be kept loses its query. */
export function happening(
  type: Happening["type"],
  referrer: string,
  name: unknown,
  properties: unknown,
): Happening {
  return {
    messageId: uuid(),
    type,
    timestamp: new Date().toISOString(),
    url: address(location.href),
    title: document.title.slice(0, MAX_TEXT),
    referrer: /^https?:/.test(referrer) ? address(referrer) : "",
    name: typeof name === "string" ? name.slice(0, MAX_NAME) : "",
    properties: plain(properties),
  };
}

/** What is true of the browser while it sends: who it is, if it agreed, and where its law is made. */
export interface Standing {
  anonymousId: string;
  zone: string;
  locale: string;
  consent: Choices;
}

/** What a visitor agreed to; undefined: they have not said. */
export interface Choices {
  analytics?: boolean | undefined;
  marketing?: boolean | undefined;
}

export function envelope(client: string, events: readonly Happening[], standing: Standing): string {
  return JSON.stringify({ client, sentAt: new Date().toISOString(), ...standing, events });
}

/** The plain values among what a website hands over; the rest could not be kept. */
function plain(given: unknown): Properties {
  const kept: Properties = {};
  if (typeof given !== "object" || given === null) return kept;
  for (const [key, value] of Object.entries(given).slice(0, MAX_PROPERTIES)) {
    if (key === "") continue;
    if (typeof value === "string") kept[key.slice(0, MAX_KEY)] = value.slice(0, MAX_TEXT);
    else if (typeof value === "boolean" || Number.isFinite(value)) kept[key.slice(0, MAX_KEY)] = value;
  }
  return kept;
}

function address(href: string): string {
  const whole = href.split("#")[0] ?? "";
  const short = whole.length > MAX_ADDRESS ? (whole.split("?")[0] ?? "") : whole;
  return short.slice(0, MAX_ADDRESS);
}

/** A random UUID; `crypto.randomUUID` is missing on pages without TLS. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
