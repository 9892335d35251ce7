/** What the stream carries: an event of a session's log, or a live-only delta (without `seq`). */
export interface LiveEvent {
  type: string;
  data: unknown;
  seq?: number;
  session_id?: string;
  created_at?: string;
}

/**
 * Reads server-sent events from text that arrives in pieces of any size. A frame whose data is no JSON is left out: the stream
 * goes on, and the log has it.
 */
export class FrameReader {
  private rest = '';

  push(text: string): LiveEvent[] {
    const buffer = this.rest + text;
    const events: LiveEvent[] = [];
    let start = 0;
    for (;;) {
      const end = buffer.indexOf('\n\n', start);
      if (end < 0) break;
      const event = parseFrame(buffer.slice(start, end));
      if (event) events.push(event);
      start = end + 2;
    }
    this.rest = buffer.slice(start);
    return events;
  }
}

function parseFrame(frame: string): LiveEvent | null {
  let data = '';
  for (const line of frame.split('\n')) {
    if (line.startsWith('data:')) data += (data && '\n') + line.slice(line[5] === ' ' ? 6 : 5);
  }
  if (!data) return null;
  try {
    return JSON.parse(data) as LiveEvent;
  } catch {
    return null;
  }
}
