/**
 * The script a website loads. Two ways to start it:
 * the loader, which leaves a function `le` with a queue `le.q` behind and calls `le('init', ID)`;
 * or the bare tag, for which the server wrote its client's ID into this file.
 *
 * Then: `page`, `track`, `identify`, `group`, `reset`, `consent`, `chat`, `set`, `on` and `off`, as
 * docs/how-to/website.md says.
 */

import type { Choices } from "./envelope";
import { off, on, tell } from "./hearers";
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
/** Written by the server: whom to ask, whether to ask them ourselves, and whether DNT counts. */
const RULES = "__LEADENGINE_RULES__";

const page = window as unknown as { le?: unknown };
const script = (document.currentScript ?? document.getElementById("le")) as HTMLScriptElement | null;

let started = false;
let tracker: Tracker | undefined;
let launcher: Promise<Launcher | undefined> | undefined;

function init(client: unknown, given: unknown): void {
  if (started || typeof client !== "string" || script === null) return;
  const options = record(given) as Options;
  if (!isOurs(options.domains)) return;
  started = true;
  // Where clients share an origin, each one's scripts lie in a folder of its own.
  const origin = new URL(".", script.src).href.slice(0, -1);
  // Whoever objects is not tracked; asking a question is theirs to decide.
  if (!objects(RULES.includes("dnt"))) {
    tracker = new Tracker(`${origin}/v1/events`, client, options, RULES);
    if (tracker.consent.waits && !options.consent && RULES.includes("banner")) load(`${origin}/consent.js`);
  }
  if (options.chat !== false) launcher = launch(origin, client);
  tell("ready");
}

function isOurs(domains: string[] | undefined): boolean {
  const here = `.${location.hostname}`;
  return !Array.isArray(domains) || !domains.length || domains.some((name) => here.endsWith(`.${name}`));
}

function load(address: string): void {
  const element = document.createElement("script");
  element.async = true;
  element.src = address;
  document.head.append(element);
}

function obey(call: Call): void {
  const [verb, first, second] = Array.from(call);
  VERBS.get(verb)?.(first, second);
}

const VERBS = new Map<unknown, (first: unknown, second: unknown) => void>(Object.entries({
  init,
  on,
  off,
  page: (name, properties) => tracker?.say("page", undefined, name, properties),
  track: (name, properties) => tracker?.say("track", undefined, name, properties),
  identify: (first, second) => tracker?.say("identify", undefined, "", traits(first, second)),
  group: (name, about) => tracker?.say("group", undefined, name, about),
  reset: () => tracker?.consent.reset(),
  consent: (choices, how) => tracker?.choose(record(choices) as Choices, record(how)),
  set: (wishes) => void launcher?.then((it) => it?.set?.(record(wishes))),
  chat: (wish) => void launcher?.then((it) => (wish === "close" ? it?.close() : it?.open())),
  panel: (panel) => void launcher?.then((it) => it?.mount(panel as Panel)),
  tell: (name, detail) => tell(String(name), detail),
} as Record<string, (first: unknown, second: unknown) => void>));

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
