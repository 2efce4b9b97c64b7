/** Page views, also on sites that change pages without loading them. */

const SETTLE_MS = 300;

/** Call `onPage` with the referrer for this page, and for each one navigated to. */
export function watch(onPage: (referrer: string) => void): void {
  let shown = withoutHash();
  let timer: number | undefined;
  onPage(document.referrer);

  const moved = (): void => {
    window.clearTimeout(timer);
    // Routers change the address first and the title soon after.
    timer = window.setTimeout(() => {
      const previous = shown;
      shown = withoutHash();
      if (shown !== previous) onPage(previous);
    }, SETTLE_MS);
  };

  wrap("pushState", moved);
  wrap("replaceState", moved);
  window.addEventListener("popstate", moved);
}

function withoutHash(): string {
  return location.href.split("#")[0] ?? "";
}

function wrap(name: "pushState" | "replaceState", after: () => void): void {
  const original = history[name];
  history[name] = function (this: History, ...args: Parameters<History["pushState"]>): void {
    original.apply(this, args);
    after();
  };
}
