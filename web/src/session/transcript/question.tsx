import { CircleHelp } from 'lucide-react';
import { useState } from 'react';
import type { QuestionItem } from '@/live/view';
import { useSendMessage } from '@/session/actions';
import { Button } from '@/ui/button';

/** What the agent wants to know; an answer is one click, or anything else in the message box. */
export function Question({ item, answered }: { item: QuestionItem; answered: boolean }) {
  const send = useSendMessage();
  const [sent, setSent] = useState(false);
  const closed = answered || sent || item.answer !== null;
  return (
    <section
      aria-label="The agent asks"
      className="my-1 rounded-md border border-accent-line bg-surface px-3 py-2.5"
    >
      <div className="label flex items-center gap-1.5 text-accent-text">
        <CircleHelp size={13} /> The agent asks
      </div>
      <p className="mt-1 whitespace-pre-wrap [overflow-wrap:anywhere]">{item.text}</p>
      {item.options.length > 0 && (
        <div className="mt-2 flex flex-wrap gap-1.5">
          {item.options.map((option) => (
            <Button
              key={option}
              disabled={closed || send.isPending}
              onClick={() => send.mutate(option, { onSuccess: () => setSent(true) })}
            >
              {option}
            </Button>
          ))}
        </div>
      )}
    </section>
  );
}
