// What this browser remembers of the log between visits: the key, and the newest checkpoint that was checked here. It is
// kept in the browser's own storage for this site, under one name, and is sent nowhere.
const NAME = "rollcall-log";

// A browser may have no such storage, or refuse it, or hold something that is not ours.
export function remembered() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME));
    const whole = ["key", "checkpoint", "checked"].every((name) => typeof found?.[name] === "string");
    return whole ? found : undefined;
  } catch {
    return undefined;
  }
}

// Whether it could be kept: storage may be full or forbidden.
export function remember(key, checkpoint, checked = new Date().toISOString()) {
  try {
    localStorage.setItem(NAME, JSON.stringify({ key, checkpoint, checked }));
    return true;
  } catch {
    return false;
  }
}

export function forget() {
  try {
    localStorage.removeItem(NAME);
  } catch {
    // Where there is no storage there is nothing to forget.
  }
}
