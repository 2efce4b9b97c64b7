/** What is sent: the shapes the server's envelope.py accepts. */

export interface PageEvent {
  messageId: string;
  type: "page";
  timestamp: string;
  url: string;
  title: string;
  referrer: string;
}

const MAX_ADDRESS = 2000;
const MAX_TITLE = 500;

/** The page as it is now; an address too long to be kept loses its query. */
export function pageEvent(referrer: string): PageEvent {
  return {
    messageId: uuid(),
    type: "page",
    timestamp: new Date().toISOString(),
    url: address(location.href),
    title: document.title.slice(0, MAX_TITLE),
    referrer: /^https?:/.test(referrer) ? address(referrer) : "",
  };
}

export function envelope(client: string, events: readonly PageEvent[]): string {
  return JSON.stringify({ client, sentAt: new Date().toISOString(), events });
}

function address(href: string): string {
  const plain = href.split("#")[0] ?? "";
  const short = plain.length > MAX_ADDRESS ? (plain.split("?")[0] ?? "") : plain;
  return short.slice(0, MAX_ADDRESS);
}

/** A random UUID; `crypto.randomUUID` is missing on pages without TLS. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
