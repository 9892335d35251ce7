import { Check, ChevronDown, X } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useId, useMemo, useState } from 'react';
import type { DatasetPreview } from '@/api/types';
import { cn } from '@/lib/cn';
import { formatCount } from '@/lib/format';
import { fieldLook } from '@/ui/field';

type Column = DatasetPreview['columns'][number];

/** Of thousands of columns so many are listed; typing finds the others. */
const LISTED = 80;

/** Picks columns of a table by typing; one of them, or several. */
export function ColumnPicker({
  columns,
  value,
  onChange,
  several,
  placeholder,
  ...field
}: {
  columns: readonly Column[];
  value: readonly string[];
  onChange: (value: string[]) => void;
  several?: boolean;
  placeholder: string;
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          className={cn(fieldLook, 'flex min-h-8 items-center justify-between gap-2 py-1 text-left')}
          {...field}
        >
          {value.length === 0 ? (
            <span className="text-gray-9">{placeholder}</span>
          ) : several ? (
            <span className="flex min-w-0 flex-wrap gap-1">
              {value.slice(0, 12).map((name) => (
                <span key={name} className="mono max-w-48 truncate rounded-sm bg-gray-4 px-1.5 text-[12px]">
                  {name}
                </span>
              ))}
              {value.length > 12 && <span className="text-gray-10">and {value.length - 12} more</span>}
            </span>
          ) : (
            <span className="mono truncate text-[12px]">{value[0]}</span>
          )}
          <ChevronDown size={14} className="shrink-0 text-gray-9" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="z-50 w-(--radix-popover-trigger-width) min-w-72 animate-appear rounded-md border border-gray-6 bg-surface shadow-raised"
        >
          <Choices
            columns={columns}
            value={value}
            several={several}
            onChange={(next) => {
              onChange(next);
              if (!several) setOpen(false);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choices({
  columns,
  value,
  several,
  onChange,
}: {
  columns: readonly Column[];
  value: readonly string[];
  several?: boolean;
  onChange: (value: string[]) => void;
}) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const id = useId();
  const found = useMemo(() => {
    const wanted = text.toLowerCase();
    return columns.filter((column) => column.name.toLowerCase().includes(wanted));
  }, [columns, text]);
  const listed = found.slice(0, LISTED);
  const pick = (name: string) =>
    onChange(
      value.includes(name) ? value.filter((one) => one !== name) : several ? [...value, name] : [name],
    );
  return (
    <>
      <div className="flex items-center border-b">
        <input
          role="combobox"
          aria-expanded
          aria-controls={id}
          aria-activedescendant={listed.length > 0 ? `${id}-${active}` : undefined}
          aria-label="Find a column"
          placeholder={`Find one of ${formatCount(columns.length)}`}
          value={text}
          className="h-8 grow bg-transparent px-2.5 outline-none placeholder:text-gray-9"
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={(event) => {
            const chosen = listed[active];
            if (event.key === 'ArrowDown') setActive(Math.min(active + 1, listed.length - 1));
            else if (event.key === 'ArrowUp') setActive(Math.max(active - 1, 0));
            else if (event.key === 'Enter' && chosen) pick(chosen.name);
            else return;
            event.preventDefault();
            document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: 'nearest' });
          }}
        />
        {value.length > 0 && (
          <button
            type="button"
            onClick={() => onChange([])}
            className="mr-1 flex items-center gap-1 rounded-sm px-1.5 text-gray-10 text-small hover:bg-gray-4"
          >
            <X size={12} /> None
          </button>
        )}
      </div>
      <div
        id={id}
        role="listbox"
        aria-multiselectable={several}
        aria-label="Columns"
        className="max-h-72 overflow-y-auto p-1"
      >
        {listed.map((column, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus
          <div
            key={column.name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={value.includes(column.name)}
            onMouseEnter={() => setActive(index)}
            onClick={() => pick(column.name)}
            className={cn('flex items-center gap-2 rounded-sm px-2 py-1', index === active && 'bg-gray-4')}
          >
            <Check
              size={13}
              className={cn('shrink-0 text-accent-text', !value.includes(column.name) && 'invisible')}
            />
            <span className="mono min-w-0 truncate text-[12px]">{column.name}</span>
            <span className="ml-auto shrink-0 text-gray-10 text-small">{column.type}</span>
          </div>
        ))}
        {found.length === 0 && <p className="px-2 py-1.5 text-gray-10">No column has that in its name.</p>}
        {found.length > LISTED && (
          <p className="px-2 py-1.5 text-gray-10 text-small">
            {formatCount(found.length - LISTED)} more: type a part of the name.
          </p>
        )}
      </div>
    </>
  );
}
