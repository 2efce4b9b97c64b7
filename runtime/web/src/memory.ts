/** The browser's storage, which may be switched off: then nothing is remembered, and nothing breaks. */

export function remembered(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** An empty value is forgotten. */
export function remember(key: string, value: string): void {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch {
    // A browser without storage asks again on the next page.
  }
}
