import type { LiveEvent } from './sse';

/** How the one connection stands; every tab shows the same. */
export type ConnectionState =
  | { kind: 'idle' }
  | { kind: 'connecting' }
  | { kind: 'open' }
  /** Lost; the next try comes at `retryAt` (ms since the epoch). */
  | { kind: 'lost'; since: number; retryAt: number; reason: string }
  | { kind: 'unauthorized' };

/** From a tab to the hub. */
export type ToHub =
  /** Follow a session from after `after`; what the hub has already comes at once. */
  | { kind: 'follow'; session: string; after: number }
  | { kind: 'unfollow'; session: string }
  /** The session is gone: do not ask for it again. */
  | { kind: 'forget'; session: string }
  /** Events of the list: states of all sessions, experiments that come, change and go. */
  | { kind: 'list'; wanted: boolean }
  /** The tab has reason to think that things changed (it woke, it is online again): try now. */
  | { kind: 'wake' }
  | { kind: 'bye' };

/** From the hub to a tab. */
export type FromHub =
  | { kind: 'events'; session: string; events: LiveEvent[] }
  | { kind: 'list'; events: LiveEvent[] }
  /** The list's stream was away and may have missed something: read the list anew. */
  | { kind: 'list-resumed' }
  | { kind: 'connection'; state: ConnectionState };

/** One end of a channel between a tab and the hub; a MessagePort is one. */
export interface HubPort {
  postMessage(message: FromHub): void;
}
