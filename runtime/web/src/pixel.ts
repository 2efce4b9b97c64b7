/**
 * The script a website loads. Two ways to start it:
 * the loader, which leaves a function `le` with a queue `le.q` behind and calls `le('init', ID)`;
 * or the bare tag, for which the server wrote its client's ID into this file.
 *
 * Then: `le('page', name?, properties?)`, `le('track', name, properties?)`,
 * `le('identify', traits)` or `le('identify', id, traits)`, `le('consent', { analytics: true })`,
 * `le('chat', 'open' | 'close')`.
 */

import { launch, type Launcher, type Panel } from "./launcher";
import { objects } from "./objection";
import { Tracker, type Options } from "./tracker";

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
let tracker: Tracker | undefined;
let launcher: Promise<Launcher | undefined> | undefined;

function init(client: unknown, given: unknown): void {
  if (started || typeof client !== "string" || script === null) return;
  started = true;
  const options = record(given) as Options;
  const { origin } = new URL(script.src);
  // Whoever objects is not tracked; asking a question is theirs to decide.
  if (!objects()) tracker = new Tracker(`${origin}/v1/events`, client, options);
  if (options.chat !== false) launcher = launch(origin, client);
}

function obey(call: Call): void {
  const [verb, first, second] = Array.from(call);
  if (verb === "init") init(first, second);
  else if (verb === "page" || verb === "track") tracker?.say(verb, undefined, first, second);
  else if (verb === "identify") tracker?.say(verb, undefined, "", traits(first, second));
  else if (verb === "chat") void launcher?.then((it) => (first === "close" ? it?.close() : it?.open()));
  else if (verb === "panel") void launcher?.then((it) => it?.mount(first as Panel));
  else if (verb === "consent") tracker?.allow(record(first)["analytics"] === true);
}

/** `identify(traits)` and `identify(id, traits)` say the same. */
function traits(first: unknown, second: unknown): unknown {
  return typeof first === "string" ? { ...record(second), userId: first } : first;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** Take the place of the loader's stub and do what was asked before we were here. */
function takeOver(stub: Le | undefined): void {
  const live: Le = (...args) => obey(args);
  live.live = true;
  // Whoever kept the stub itself still pushes to the queue of whatever `le` is now.
  live.q = { push: obey };
  page.le = live;
  if (stub === undefined) init(CLIENT_ID, {});
  else if (Array.isArray(stub.q)) stub.q.forEach(obey);
}

const found = typeof page.le === "function" ? (page.le as Le) : undefined;
// Included twice, the first one works.
if (!found?.live) takeOver(found);
