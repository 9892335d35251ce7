import { CircleHelp, Pencil, Play, ShieldQuestion, X } from 'lucide-react';
import { useState } from 'react';
import { useNow } from '@/lib/clock';
import { formatElapsed } from '@/lib/format';
import { useView } from '@/live/store';
import { isBusy, type QuestionItem } from '@/live/view';
import { useAnswer } from '@/session/actions';
import { useStudio } from '@/session/context';
import { Button } from '@/ui/button';
import { Input, TextArea } from '@/ui/field';
import { Keys } from '@/ui/keys';
import { StepCode } from './step-code';

/** What the agent wants to know, or a script that waits to be let through. */
export function Question({ item }: { item: QuestionItem }) {
  const { store } = useStudio();
  const busy = useView(store, isBusy);
  const open = item.answer === null && busy;
  const approval = item.asks === 'approval';
  return (
    <section
      aria-label={approval ? 'A script waits' : 'The agent asks'}
      className={
        open ? 'my-1 rounded-md border border-accent-line bg-surface' : 'my-1 rounded-md border bg-surface'
      }
    >
      <div className="px-3 pt-2.5 pb-2">
        <div className="label flex items-center gap-1.5 text-accent-text">
          {approval ? <ShieldQuestion size={13} /> : <CircleHelp size={13} />}
          {approval ? 'A script waits for you' : 'The agent asks'}
          {open && item.expiresAt && <Expires at={item.expiresAt} />}
        </div>
        <p className="mt-1 whitespace-pre-wrap [overflow-wrap:anywhere]">{item.text}</p>
      </div>
      {item.code && (
        <div className="border-y">
          <StepCode code={item.code} title={item.text} />
        </div>
      )}
      <div className="px-3 pt-1 pb-2.5">
        {open ? approval ? <Approval item={item} /> : <Options item={item} /> : <Outcome item={item} />}
      </div>
    </section>
  );
}

function Expires({ at }: { at: string }) {
  const left = (new Date(at).getTime() - useNow()) / 1000;
  return (
    <span className="number ml-auto font-normal text-gray-10 normal-case tracking-normal">
      {left > 0 ? `decides by itself in ${formatElapsed(left)}` : 'decides by itself now'}
    </span>
  );
}

function Options({ item }: { item: QuestionItem }) {
  const { mutate, isPending } = useAnswer();
  const [words, setWords] = useState('');
  const answer = (text: string) =>
    text.trim() && mutate({ questionId: item.questionId, answer: text.trim() });
  return (
    <form
      className="flex flex-wrap gap-1.5"
      onSubmit={(event) => {
        event.preventDefault();
        answer(words);
      }}
    >
      {item.options.map((option) => (
        <Button key={option} disabled={isPending} onClick={() => answer(option)}>
          {option}
        </Button>
      ))}
      <Input
        aria-label="Answer in your own words"
        placeholder="In your own words"
        value={words}
        disabled={isPending}
        onChange={(event) => setWords(event.target.value)}
        className="h-7! min-w-40 max-w-full flex-1 text-small"
      />
      {words.trim() && (
        <Button type="submit" look="primary" disabled={isPending}>
          Answer <Keys inverse>⏎</Keys>
        </Button>
      )}
    </form>
  );
}

function Approval({ item }: { item: QuestionItem }) {
  const { mutate, isPending } = useAnswer();
  const [mode, setMode] = useState<'choose' | 'edit' | 'reject'>('choose');
  const [code, setCode] = useState(item.code ?? '');
  const [reason, setReason] = useState('');
  const { questionId } = item;
  if (mode === 'choose') {
    return (
      <div className="flex flex-wrap gap-1.5">
        <Button
          look="primary"
          disabled={isPending}
          onClick={() => mutate({ questionId, decision: 'approve' })}
        >
          <Play size={12} /> Run it
        </Button>
        <Button disabled={isPending} onClick={() => setMode('edit')}>
          <Pencil size={12} /> Edit
        </Button>
        <Button disabled={isPending} onClick={() => setMode('reject')}>
          <X size={13} /> Reject
        </Button>
      </div>
    );
  }
  const edit = mode === 'edit';
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        mutate(
          edit
            ? { questionId, decision: 'edit', code }
            : { questionId, decision: 'reject', reason: reason.trim() },
        );
      }}
    >
      {edit ? (
        <TextArea
          aria-label="Script"
          rows={12}
          value={code}
          spellCheck={false}
          onChange={(event) => setCode(event.target.value)}
          className="mono text-[12px]!"
        />
      ) : (
        <Input
          aria-label="Why not"
          placeholder="Why not? The agent reads it."
          autoFocus
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      )}
      <div className="flex gap-1.5">
        <Button
          type="submit"
          look={edit ? 'primary' : 'danger'}
          disabled={isPending || (edit && !code.trim())}
        >
          {edit ? 'Run this instead' : 'Reject'}
        </Button>
        <Button disabled={isPending} onClick={() => setMode('choose')}>
          Back
        </Button>
      </div>
    </form>
  );
}

const DECISIONS: Readonly<Record<string, string>> = {
  approve: 'You let it run.',
  edit: 'You let it run as you changed it.',
  reject: 'You rejected it.',
};

function Outcome({ item }: { item: QuestionItem }) {
  const { answer } = item;
  if (!answer) return <p className="text-gray-10 text-small">It was not answered before the run ended.</p>;
  if (answer.by === 'timeout')
    return <p className="text-gray-10 text-small">Nobody answered in time; the agent decided by itself.</p>;
  return (
    <p className="text-gray-11 text-small [overflow-wrap:anywhere]">
      {answer.decision ? DECISIONS[answer.decision] : `You answered: ${answer.answer}`} {answer.reason}
    </p>
  );
}
