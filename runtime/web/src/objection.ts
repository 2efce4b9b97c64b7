/** A visitor who objects is not counted: Global Privacy Control, Do Not Track, or their own switch. */

import { remembered } from "./memory";

interface Preferences {
  globalPrivacyControl?: boolean;
  doNotTrack?: string | null;
}

export function objects(honourDoNotTrack: boolean): boolean {
  const stated = navigator as Preferences;
  return (
    stated.globalPrivacyControl === true ||
    (honourDoNotTrack && stated.doNotTrack === "1") ||
    remembered("leadengine_ignore") === "true"
  );
}
