import { LiveHub } from './hub';
import type { ToHub } from './protocol';

// A SharedWorker: one for all tabs of this origin.
const hub = new LiveHub();

self.addEventListener('connect', (event) => {
  const port = (event as MessageEvent).ports[0];
  if (!port) return;
  hub.join(port);
  port.onmessage = (message: MessageEvent<ToHub>) => hub.receive(port, message.data);
});
