import { useSyncExternalStore } from 'react';

/** What lies above every page and is opened from anywhere. */
export type Overlay = 'palette' | 'help';

let open: Overlay | null = null;
const listeners = new Set<() => void>();

export function openOverlay(overlay: Overlay | null) {
  open = overlay;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For who listens to keys: they are for what lies above, also while it is still being loaded. */
export const isCovered = () => open !== null;

export const useOverlay = () => useSyncExternalStore(subscribe, () => open);
