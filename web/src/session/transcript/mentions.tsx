import { useQuery } from '@tanstack/react-query';
import { Columns3 } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from 'react';
import { datasetQuery } from '@/api/queries';
import { cn } from '@/lib/cn';
import { useView } from '@/live/store';
import { useStudio } from '@/session/context';
import { FileIcon } from './step';

interface Mention {
  kind: 'file' | 'column';
  name: string;
  /** What is written into the message. */
  text: string;
}

const SHOWN = 8;

/** The word after the last `@` before the caret, if there is one. */
export function mentionAt(text: string, caret: number): { from: number; word: string } | null {
  const match = /(?:^|\s)@([^\s@`]*)$/.exec(text.slice(0, caret));
  return match ? { from: caret - (match[1] as string).length - 1, word: match[1] as string } : null;
}

export function useMentions(
  text: string,
  setText: (text: string) => void,
  field: RefObject<HTMLTextAreaElement | null>,
) {
  const { store, session } = useStudio();
  const files = useView(store, (view) => view.files);
  const [caret, setCaret] = useState(0);
  const [closed, setClosed] = useState(false);
  const [index, setIndex] = useState(0);
  const id = useId();
  const open = closed ? null : mentionAt(text, caret);
  const word = open?.word.toLowerCase();
  const { data: dataset } = useQuery(datasetQuery(session.experiment_id));
  const columns = dataset?.columns;
  const found = useMemo(() => {
    if (word === undefined) return [];
    const all: Mention[] = [
      ...(columns ?? []).map(({ name }) => ({ kind: 'column' as const, name, text: `\`${name}\`` })),
      ...[...files.values()].map(({ path }) => ({
        kind: 'file' as const,
        name: path.split('/').slice(3).join('/') || path,
        text: `\`${path}\``,
      })),
    ];
    return all.filter((one) => one.name.toLowerCase().includes(word)).slice(0, SHOWN);
  }, [word, columns, files]);
  const active = Math.min(index, found.length - 1);

  const take = (mention: Mention) => {
    if (!open) return;
    const next = `${text.slice(0, open.from)}${mention.text} `;
    setText(next + text.slice(caret));
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(next.length, next.length);
    });
  };

  return {
    id,
    found,
    active,
    take,
    field: {
      role: 'combobox',
      'aria-expanded': found.length > 0,
      'aria-controls': id,
      'aria-autocomplete': 'list' as const,
      'aria-activedescendant': found.length > 0 ? `${id}-${active}` : undefined,
    },
    onSelect: () => {
      setCaret(field.current?.selectionStart ?? 0);
      setClosed(false);
      setIndex(0);
    },
    /** True when the key was for the list. */
    onKey: (event: KeyboardEvent): boolean => {
      if (found.length === 0) return false;
      const chosen = found[active];
      if (event.key === 'ArrowDown') setIndex((active + 1) % found.length);
      else if (event.key === 'ArrowUp') setIndex((active + found.length - 1) % found.length);
      else if ((event.key === 'Enter' || event.key === 'Tab') && chosen) take(chosen);
      else if (event.key === 'Escape') setClosed(true);
      else return false;
      event.preventDefault();
      return true;
    },
  };
}

export function Mentions({
  id,
  found,
  active,
  take,
}: Pick<ReturnType<typeof useMentions>, 'id' | 'found' | 'active' | 'take'>) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label="Files and columns"
      className={cn(
        'absolute right-3 bottom-full left-3 z-20 mx-auto mb-[-6px] max-w-[560px] rounded-md border border-gray-6 bg-surface p-1 shadow-raised',
        found.length === 0 && 'hidden',
      )}
    >
      {found.map((mention, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
        // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
        <div
          key={mention.kind + mention.name}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(mention)}
          className={cn('flex items-center gap-2 rounded-sm px-2 py-1', index === active && 'bg-gray-4')}
        >
          {mention.kind === 'file' ? (
            <FileIcon name={mention.name} />
          ) : (
            <Columns3 size={13} className="text-gray-9" />
          )}
          <span className="mono min-w-0 truncate text-[12px]">{mention.name}</span>
          <span className="ml-auto text-gray-10 text-small">{mention.kind}</span>
        </div>
      ))}
    </div>
  );
}
