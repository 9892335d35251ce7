import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import { api, dataOf } from '@/api/client';
import { formatAgo } from '@/lib/format';
import { stateWords } from '@/lib/words';
import { meaningOf, StatusDot } from '@/ui/badge';
import { Button } from '@/ui/button';

/** Adds the newest session of an experiment to what is compared. */
export function AddSession({ known, onAdd }: { known: readonly string[]; onAdd: (session: string) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button>
          <Plus size={13} /> Add a session
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 w-80 animate-appear rounded-md border border-gray-6 bg-surface shadow-raised"
        >
          <Choices
            known={known}
            onAdd={(session) => {
              onAdd(session);
              setOpen(false);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({ known, onAdd }: { known: readonly string[]; onAdd: (session: string) => void }) {
  const [text, setText] = useState('');
  const { data } = useQuery({
    queryKey: ['palette', text.trim()],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/experiments', {
          params: { query: { limit: 12, q: text.trim() || undefined } },
          signal,
        }),
      ),
    placeholderData: (before) => before,
  });
  const found = data?.filter((one) => one.latest_session_id && !known.includes(one.latest_session_id)) ?? [];
  return (
    <>
      <input
        aria-label="Find an experiment"
        placeholder="Find an experiment"
        value={text}
        onChange={(event) => setText(event.target.value)}
        className="h-9 w-full border-b bg-transparent px-3 outline-none placeholder:text-gray-9"
      />
      <ul className="max-h-72 overflow-y-auto p-1">
        {found.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              onClick={() => onAdd(one.latest_session_id as string)}
              className="flex h-8 w-full items-center gap-2 rounded-sm px-2 text-left hover:bg-gray-4"
            >
              <StatusDot meaning={meaningOf(one.latest_state)} label={stateWords(one.latest_state)} />
              <span className="min-w-0 grow truncate">{one.name}</span>
              <span className="text-gray-10 text-small">{formatAgo(one.created_at)}</span>
            </button>
          </li>
        ))}
        {data && found.length === 0 && <li className="px-2 py-2 text-gray-10">No other session fits.</li>}
      </ul>
    </>
  );
}
