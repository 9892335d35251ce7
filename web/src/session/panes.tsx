import { type ReactNode, useEffect, useState } from 'react';
import { cn } from '@/lib/cn';
import { NARROW, useMedia } from '@/lib/media';
import { Split } from '@/ui/split';
import { useStudio } from './context';

/** The transcript and the canvas: beside each other, or one at a time where there is no room. */
export function Panes({ transcript, canvas }: { transcript: ReactNode; canvas: ReactNode }) {
  const narrow = useMedia(NARROW);
  if (narrow) return <OneAtATime transcript={transcript} canvas={canvas} />;
  return <Split name="studio" left={transcript} right={canvas} />;
}

function OneAtATime({ transcript, canvas }: { transcript: ReactNode; canvas: ReactNode }) {
  const { search } = useStudio();
  const { tab, path, stage, at } = search;
  const [shown, setShown] = useState<'transcript' | 'canvas'>(tab ? 'canvas' : 'transcript');
  // A link from the transcript leads into the canvas.
  const place = [tab, path, stage].join('\n');
  const [last, setLast] = useState(place);
  useEffect(() => {
    if (place === last) return;
    setLast(place);
    if (tab) setShown('canvas');
  }, [place, last, tab]);
  // And one from the timeline leads back.
  const [lastAt, setLastAt] = useState(at);
  useEffect(() => {
    if (at === lastAt) return;
    setLastAt(at);
    if (at) setShown('transcript');
  }, [at, lastAt]);
  return (
    <div className="flex h-full flex-col">
      <div
        role="tablist"
        aria-label="What to see"
        className="grid h-10 shrink-0 grid-cols-2 border-b bg-gray-2 p-1"
      >
        {(['transcript', 'canvas'] as const).map((pane) => (
          <button
            key={pane}
            type="button"
            role="tab"
            aria-selected={shown === pane}
            onClick={() => setShown(pane)}
            className={cn(
              'rounded-sm border border-transparent font-[520] text-gray-11 text-small',
              shown === pane && 'border-gray-6! bg-surface text-gray-12',
            )}
          >
            {pane === 'transcript' ? 'Transcript' : 'What it made'}
          </button>
        ))}
      </div>
      <div className={cn('min-h-0 grow', shown !== 'transcript' && 'hidden')}>{transcript}</div>
      <div className={cn('min-h-0 grow', shown !== 'canvas' && 'hidden')}>{canvas}</div>
    </div>
  );
}
