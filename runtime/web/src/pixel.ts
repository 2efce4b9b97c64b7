/**
 * The script a website loads. Two ways to start it:
 * the loader, which leaves a function `le` with a queue `le.q` behind and calls `le('init', ID)`;
 * or the bare tag, for which the server wrote its client's ID into this file.
 */

import { pageEvent } from "./envelope";
import { watch } from "./navigation";
import { objects } from "./objection";
import { Outbox } from "./outbox";

type Call = ArrayLike<unknown>;

/** What `le` is: the loader's stub keeps calls in `q`; ours obeys what is pushed there. */
interface Le {
  (...args: unknown[]): void;
  q?: { push(call: Call): void };
  live?: boolean;
}

const CLIENT_ID = "__LEADENGINE_CLIENT_ID__";

const page = window as unknown as { le?: unknown };
const script = (document.currentScript ?? document.getElementById("le")) as HTMLScriptElement | null;

let started = false;

function init(client: unknown): void {
  if (started || typeof client !== "string" || script === null || objects()) return;
  started = true;
  const outbox = new Outbox(new URL("/v1/events", script.src).href, client);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") outbox.leave();
  });
  window.addEventListener("pagehide", () => outbox.leave());
  watch((referrer) => outbox.add(pageEvent(referrer)));
}

function obey(call: Call): void {
  if (call[0] === "init") init(call[1]);
}

/** Take the place of the loader's stub and do what was asked before we were here. */
function takeOver(stub: Le | undefined): void {
  const live: Le = (...args) => obey(args);
  live.live = true;
  // Whoever kept the stub itself still pushes to the queue of whatever `le` is now.
  live.q = { push: obey };
  page.le = live;
  if (stub === undefined) init(CLIENT_ID);
  else if (Array.isArray(stub.q)) stub.q.forEach(obey);
}

const found = typeof page.le === "function" ? (page.le as Le) : undefined;
// Included twice, the first one works.
if (!found?.live) takeOver(found);
