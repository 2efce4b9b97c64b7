/** A visitor who objects is not counted: Global Privacy Control, or Do Not Track. */

interface Preferences {
  globalPrivacyControl?: boolean;
  doNotTrack?: string | null;
}

export function objects(): boolean {
  const stated = navigator as Preferences;
  return stated.globalPrivacyControl === true || stated.doNotTrack === "1";
}
