/** Who wants to hear what happens here: functions given to `le('on', …)`, and events of the window. */

type Hearer = (detail: unknown) => void;

const hearers: Record<string, Hearer[]> = {};
let ready = false;

export function on(name: unknown, hearer: unknown): void {
  if (typeof name !== "string" || typeof hearer !== "function") return;
  (hearers[name] ??= []).push(hearer as Hearer);
  // Whoever comes late to this one has not missed it.
  if (name === "ready" && ready) call(hearer as Hearer, {});
}

/** Without a function, everybody stops hearing. */
export function off(name: unknown, hearer?: unknown): void {
  if (typeof name === "string") hearers[name] = hearer ? (hearers[name] ?? []).filter((it) => it !== hearer) : [];
}

export function tell(name: string, detail: unknown = {}): void {
  ready ||= name === "ready";
  hearers[name]?.forEach((hearer) => call(hearer, detail));
  window.dispatchEvent(new CustomEvent(`leadengine:${name}`, { detail }));
}

/** A website's own function may fail; that is no reason for us to. */
function call(hearer: Hearer, detail: unknown): void {
  try {
    hearer(detail);
  } catch (error) {
    console.error(error);
  }
}
