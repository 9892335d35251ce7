import { useSyncExternalStore } from 'react';

/** What is chosen; `system` follows the operating system. */
export type ThemeChoice = 'light' | 'dark' | 'system';

const KEY = 'trainable.theme';
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function read(): ThemeChoice {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

let choice = read();

const shown = (): 'light' | 'dark' => (choice === 'system' ? (system.matches ? 'dark' : 'light') : choice);

function show() {
  document.documentElement.dataset.theme = shown();
  for (const listener of listeners) listener();
}

system.addEventListener('change', show);
// Another tab changed it.
addEventListener('storage', (event) => {
  if (event.key !== KEY) return;
  choice = read();
  show();
});

export function chooseTheme(to: ThemeChoice) {
  choice = to;
  try {
    if (to === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, to);
  } catch {
    // It holds for this page then.
  }
  show();
}

export const toggleTheme = () => chooseTheme(shown() === 'dark' ? 'light' : 'dark');

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The theme that is shown; charts draw their colours by it. */
export const useTheme = () => useSyncExternalStore(subscribe, shown);
