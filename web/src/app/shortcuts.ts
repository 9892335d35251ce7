import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { isCovered, openOverlay } from './overlays';
import { toggleTheme } from './theme';

/** Every shortcut with what it does, as the help sheet lists them. */
export const SHORTCUTS: readonly { group: string; keys: string; does: string }[] = [
  { group: 'Everywhere', keys: '⌘K', does: 'Find an experiment, a session, a command' },
  { group: 'Everywhere', keys: 'G', does: 'All experiments' },
  { group: 'Everywhere', keys: 'N', does: 'New experiment' },
  { group: 'Everywhere', keys: 'T', does: 'Light or dark' },
  { group: 'Everywhere', keys: '?', does: 'This sheet' },
  { group: 'Experiments', keys: '/', does: 'Search' },
  { group: 'Session', keys: '1 – 7', does: 'Report, Metrics, Files, Data, Checks, Predict, Timeline' },
  { group: 'Session', keys: 'M', does: 'Write to the agent' },
  { group: 'Session', keys: 'J · K', does: 'Next and previous step' },
  { group: 'Session', keys: 'E', does: 'Newest: go to the end of the transcript' },
];

/** True where a key is text for somebody else: fields, editors, open dialogs and menus. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  return Boolean(
    target?.closest(
      'input, textarea, select, [contenteditable=true], [role=dialog], [role=menu], [role=listbox]',
    ),
  );
}

/** Calls `handlers[key]` for single keys that nothing else wants. */
export function useKeys(handlers: Readonly<Record<string, (() => void) | undefined>>) {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (
        isCovered() ||
        event.defaultPrevented ||
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        isTyping(event)
      )
        return;
      const handler = handlers[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!handler) return;
      event.preventDefault();
      handler();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [handlers]);
}

export function useShortcuts() {
  const navigate = useNavigate();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openOverlay('palette');
      }
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  useKeys({
    g: () => void navigate({ to: '/' }),
    n: () => void navigate({ to: '/new' }),
    t: toggleTheme,
    '?': () => openOverlay('help'),
  });
}
