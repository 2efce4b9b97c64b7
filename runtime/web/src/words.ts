/** What the frame and the page around it say to each other, and how little of it is believed. */

export interface Theme {
  colour?: string;
  font?: string;
  radius?: string;
  scheme?: string;
}

/** From the page around the frame. */
export type Asked =
  | { le: "start"; token: string; path: string; theme: Theme }
  | { le: "token"; token: string }
  | { le: "go"; path: string }
  | { le: "theme"; theme: Theme };

/** From the frame. */
export type Said =
  | { le: "ready" }
  | { le: "height"; height: number }
  | { le: "path"; path: string; title: string; moved: boolean }
  | { le: "token" }
  | { le: "error"; message: string };

/** A message of ours, or undefined; others talk by the same means. */
export function ours<Message extends Asked | Said>(data: unknown): Message | undefined {
  const known = typeof data === "object" && data !== null && typeof (data as Message).le === "string";
  return known ? (data as Message) : undefined;
}

/** A path below the dashboard, or an empty string: never another place. */
export function innerPath(path: unknown): string {
  return typeof path === "string" && /^\/(?![/\\])/.test(path) && path.length < 2000 ? path : "";
}
