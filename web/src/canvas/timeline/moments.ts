import type { Stage } from '@/api/types';
import type { SessionView, TranscriptItem } from '@/live/view';

export type MomentKind =
  | 'stage'
  | 'step'
  | 'message'
  | 'user'
  | 'check'
  | 'report'
  | 'question'
  | 'notice'
  | 'file';

/** Something that happened, and for how long. Times are ms since the epoch. */
export interface Moment {
  /** The item of the transcript that shows it; a file's is its path. */
  id: string;
  kind: MomentKind;
  title: string;
  from: number;
  /** null while it goes on; `from` for what has no length. */
  to: number | null;
  stage: Stage | null;
  meaning: 'none' | 'running' | 'done' | 'warning' | 'failed';
}

/** What happened in a session, in order of time. */
export function momentsOf(view: SessionView): Moment[] {
  const moments: Moment[] = [];
  let run = -1;
  for (const item of view.items) {
    if (item.kind === 'stage') run++;
    const moment = momentOf(item, view, run);
    if (moment) moments.push(moment);
  }
  for (const file of view.files.values()) {
    const at = Date.parse(file.createdAt);
    moments.push({
      id: file.path,
      kind: 'file',
      title: file.name,
      from: at,
      to: at,
      stage: (file.stage as Stage) || null,
      meaning: 'none',
    });
  }
  return moments.sort((one, other) => one.from - other.from || order(one) - order(other));
}

/** A stage's start comes before what else has its time. */
const order = (moment: Moment) => (moment.kind === 'stage' ? 0 : 1);

function momentOf(item: TranscriptItem, view: SessionView, run: number): Moment | null {
  const from = Date.parse(item.at);
  const base = {
    id: item.id,
    from,
    to: from as number | null,
    stage: item.stage,
    meaning: 'none' as Moment['meaning'],
  };
  switch (item.kind) {
    case 'stage': {
      const attempt = view.runs[run];
      const meaning = ({ done: 'done', running: 'running', failed: 'failed', cancelled: 'warning' } as const)[
        attempt?.status ?? 'running'
      ];
      return {
        ...base,
        kind: 'stage',
        title: `${attempt?.number ?? 1}`,
        to: attempt?.endedAt ? Date.parse(attempt.endedAt) : null,
        meaning,
      };
    }
    case 'step':
      return {
        ...base,
        kind: 'step',
        title: item.title,
        to: item.endedAt ? Date.parse(item.endedAt) : null,
        meaning: item.status === 'running' ? 'running' : item.status === 'failed' ? 'failed' : 'none',
      };
    case 'text':
      return { ...base, kind: 'message', title: firstLine(item.text) };
    case 'user':
      return { ...base, kind: 'user', title: firstLine(item.text) };
    case 'check': {
      const { errors, warnings, passed } = item.report;
      const meaning = errors.length > 0 ? 'failed' : warnings.length > 0 ? 'warning' : 'done';
      const worst = errors[0] ?? warnings[0];
      return {
        ...base,
        kind: 'check',
        title: worst?.message ?? `All ${passed.length} checks passed`,
        meaning,
      };
    }
    case 'report':
      return { ...base, kind: 'report', title: 'Report written' };
    case 'question':
      return { ...base, kind: 'question', title: firstLine(item.text) };
    case 'notice':
      return {
        ...base,
        kind: 'notice',
        title: firstLine(item.text),
        meaning: item.level === 'error' ? 'failed' : item.level === 'warning' ? 'warning' : 'none',
      };
  }
}

const firstLine = (text: string) => {
  const line = text.trimStart().split('\n', 1)[0] ?? '';
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
};
