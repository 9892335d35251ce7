import { type ComponentType, lazy } from 'react';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const RELOADED = 'trainable.reloaded';
const RELOAD_AGAIN_AFTER_MS = 60_000;

/**
 * A part of the program that is loaded when it is first shown. A connection that is gone at that moment delays it and breaks
 * nothing: what stands in for it stays, and it is asked for until it comes.
 */
// biome-ignore lint/suspicious/noExplicitAny: as in React's own declaration, the props are the component's
export function part<T extends ComponentType<any>>(load: () => Promise<{ default: T }>) {
  return lazy(() => untilLoaded(load));
}

/** Loads a module, again and again while the server does not answer; a server that answers without it has another build. */
export async function untilLoaded<T>(load: () => Promise<T>, host: Host = browser): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await load();
    } catch (error) {
      await host.wait(Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS));
      if (tries > 0 && (await host.answers())) {
        if (!host.reload()) throw error;
      }
    }
  }
}

/** What loading needs of the browser. */
export interface Host {
  wait: (milliseconds: number) => Promise<void>;
  answers: () => Promise<boolean>;
  /** False when the page was reloaded for this a moment ago, and that did not help. */
  reload: () => boolean;
}

const browser: Host = {
  wait: (milliseconds) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      window.addEventListener(
        'online',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    }),
  answers: async () => {
    try {
      return (await fetch('/api/health', { cache: 'no-store' })).ok;
    } catch {
      return false;
    }
  },
  reload: () => {
    try {
      const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
      if (Date.now() - last < RELOAD_AGAIN_AFTER_MS) return false;
      sessionStorage.setItem(RELOADED, String(Date.now()));
    } catch {
      // Without storage nothing keeps a page from reloading for ever.
      return false;
    }
    location.reload();
    return true;
  },
};
