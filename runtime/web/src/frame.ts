/**
 * The dashboard inside another application's page: its pages are fetched with a pass, and what they
 * contain takes the place of what was there. Links, forms and downloads go the same way; nothing is
 * kept in the browser, and this frame has no history of its own.
 */

import { element } from "./dom";
import { Entrance } from "./entrance";
import { innerPath, ours, type Asked, type Said, type Theme } from "./words";

const NEWS_MS = 30_000;

const root = document.documentElement;
const below = root.dataset["below"] ?? "";
const hosts = (root.dataset["hosts"] ?? "").split(" ").filter(Boolean);
const start = root.dataset["start"] ?? "/leads";
const main = document.getElementById("main") as HTMLElement;

let host = "";
let here = start;
let turn = 0;
let shown = false;
let complaint: HTMLElement | undefined;
const entrance = new Entrance(below, () => say({ le: "token" }));

function say(message: Said): void {
  if (host) parent.postMessage(message, host);
}

function complain(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const note = element("p", { className: "note bad", textContent: message });
  note.setAttribute("role", "alert");
  complaint?.remove();
  complaint = note;
  // What was typed stays where it is; before the first page there is nothing to keep.
  if (shown) main.prepend(note);
  else main.replaceChildren(note);
  note.scrollIntoView({ block: "nearest" });
  say({ le: "error", message });
}

window.addEventListener("message", (event) => {
  // Who is not on the list could not frame this page; who else speaks is not the page around it.
  if (event.source !== parent || !hosts.includes(event.origin) || (host && event.origin !== host)) return;
  const asked = ours<Asked>(event.data);
  if (!asked) return;
  host = event.origin;
  void obey(asked).catch(complain);
});

async function obey(asked: Asked): Promise<void> {
  if (asked.le === "theme") wear(asked.theme);
  else if (asked.le === "token") await entrance.enter(String(asked.token), host);
  else if (asked.le === "go") await go(innerPath(asked.path) || start, {}, false);
  else if (asked.le === "start") {
    say({ le: "ready" });
    wear(asked.theme);
    await entrance.enter(String(asked.token), host);
    await go(innerPath(asked.path) || start, {}, false);
  }
}

/** Values become a question to our own server, which makes the style sheet, or refuses it whole. */
function wear(theme: Theme | undefined): void {
  const scheme = theme?.scheme === "light" || theme?.scheme === "dark" ? theme.scheme : "";
  if (scheme) root.dataset["scheme"] = scheme;
  else delete root.dataset["scheme"];
  const link = document.getElementById("theme") as HTMLLinkElement;
  link.href = `${below}/embed/theme.css?${new URLSearchParams({ ...theme }).toString()}`;
}

async function go(path: string, options: RequestInit = {}, moved = true): Promise<void> {
  const mine = ++turn;
  document.body.classList.add("busy");
  try {
    const answer = await entrance.ask(path, options);
    const text = await answer.text();
    if (mine === turn) show(answer, text, path, moved);
  } finally {
    if (mine === turn) document.body.classList.remove("busy");
  }
}

function show(answer: Response, text: string, path: string, moved: boolean): void {
  const page = new DOMParser().parseFromString(text, "text/html");
  const fresh = page.getElementById("main");
  if (!fresh || !page.body.classList.contains("inside")) {
    // A sentence of the server's; or a door, such as the sign-in, which nobody meets in a frame.
    complain(fresh ? "This page is not shown here." : text.trim().slice(0, 300));
    return;
  }
  main.replaceChildren(...fresh.childNodes);
  shown = true;
  document.title = page.title;
  const url = new URL(answer.url);
  here = url.pathname.slice(below.length) + url.search;
  main.dispatchEvent(new Event("le:shown", { bubbles: true }));
  if (moved) main.focus({ preventScroll: true });
  const place = path.split("#")[1];
  if (place) document.getElementById(place)?.scrollIntoView();
  measure();
  say({ le: "path", path: here, title: page.title, moved });
}

function measure(): void {
  say({ le: "height", height: Math.ceil(document.body.getBoundingClientRect().height) });
}

/** A path of this dashboard without what stands before it; empty for every other place. */
function inside(url: URL): string {
  const ourOwn = url.origin === location.origin && url.pathname.startsWith(`${below}/`);
  return ourOwn ? url.pathname.slice(below.length) + url.search + url.hash : "";
}

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  const url = new URL(link.href);
  const path = inside(url);
  if (!path) {
    if (url.protocol.startsWith("http")) Object.assign(link, { target: "_blank", rel: "noopener" });
    return;
  }
  event.preventDefault();
  const done = link.hasAttribute("download") ? save(path) : go(path);
  void done.catch(complain);
});

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  const button = event.submitter as HTMLButtonElement | null;
  event.preventDefault();
  const place = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? here;
  const path = inside(new URL(place.startsWith("/") ? place : below + here, location.origin));
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  void send(form, path, data).catch(complain);
});

function send(form: HTMLFormElement, path: string, data: FormData): Promise<void> {
  if (form.enctype === "multipart/form-data") return go(path, { method: "POST", body: data });
  const fields = new URLSearchParams();
  data.forEach((value, name) => fields.append(name, String(value)));
  if (form.method === "post") return go(path, { method: "POST", body: fields });
  const [place, mark] = path.split("#");
  return go(`${(place ?? "").split("?")[0]}?${fields.toString()}${mark ? `#${mark}` : ""}`);
}

async function save(path: string): Promise<void> {
  const answer = await entrance.ask(path);
  if (!answer.ok) throw new Error(`The file is not given: ${answer.status}.`);
  const url = URL.createObjectURL(await answer.blob());
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
  element("a", { href: url, download: name ?? "table.csv" }).click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** What happened meanwhile appears, as on the dashboard itself. */
async function refresh(): Promise<void> {
  const part = main.querySelector("[data-live]");
  if (!part || document.hidden) return;
  const mine = turn;
  const answer = await entrance.ask(here);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh || mine !== turn) return;
  part.replaceChildren(...fresh.childNodes);
  part.dispatchEvent(new Event("le:shown", { bubbles: true }));
}

window.setInterval(() => void refresh().catch(() => undefined), NEWS_MS);
new ResizeObserver(measure).observe(document.body);
