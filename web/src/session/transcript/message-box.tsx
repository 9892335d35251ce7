import { ArrowUp, Square } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useKeys } from '@/app/shortcuts';
import { cn } from '@/lib/cn';
import { useView } from '@/live/store';
import { isBusy } from '@/live/view';
import { useSendMessage, useStop } from '@/session/actions';
import { useStudio } from '@/session/context';
import { IconButton } from '@/ui/button';
import { fieldLook } from '@/ui/field';
import { Mentions, useMentions } from './mentions';

/** Says something to the agent, while it works or after. */
export function MessageBox() {
  const { store } = useStudio();
  const running = useView(store, isBusy);
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const send = useSendMessage();
  const stop = useStop();
  const mentions = useMentions(text, setText, field);

  useKeys(useMemo(() => ({ m: () => field.current?.focus() }), []));

  const submit = useCallback(() => {
    const content = text.trim();
    if (!content || send.isPending) return;
    // It is taken back into the field when it could not be sent.
    setText('');
    send.mutate(content, { onError: () => setText((now) => now || content) });
  }, [text, send]);

  return (
    <div className="relative shrink-0 border-t bg-gray-1 p-3">
      <Mentions {...mentions} />
      <div className="mx-auto flex w-full max-w-[836px] items-end gap-2">
        <textarea
          ref={field}
          value={text}
          rows={1}
          aria-label="Message to the agent"
          placeholder={
            running ? 'Tell the agent something; it reads it at its next turn' : 'Message the agent'
          }
          className={cn(fieldLook, 'field-sizing-content max-h-48 min-h-9 resize-none py-[7px]')}
          onChange={(event) => setText(event.target.value)}
          onSelect={mentions.onSelect}
          onKeyDown={(event) => {
            if (mentions.onKey(event)) return;
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault();
              submit();
            } else if (event.key === 'Escape') field.current?.blur();
          }}
          {...mentions.field}
        />
        {running && (
          <IconButton
            label="Stop the agent"
            look="plain"
            size="large"
            className="h-9"
            disabled={stop.isPending}
            onClick={() => stop.mutate()}
          >
            <Square size={13} className="fill-current" />
          </IconButton>
        )}
        <IconButton
          label="Send"
          shortcut="⏎"
          look="primary"
          size="large"
          className="h-9"
          disabled={!text.trim() || send.isPending}
          onClick={submit}
        >
          <ArrowUp size={16} />
        </IconButton>
      </div>
    </div>
  );
}
