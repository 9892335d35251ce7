import { Search, X } from 'lucide-react';
import { cn } from '@/lib/cn';

/** A small field that narrows what is shown as one types; Escape empties it. */
export function SearchField({
  label,
  value,
  onChange,
  onKeyDown,
  className,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  onKeyDown?: (event: React.KeyboardEvent<HTMLInputElement>) => void;
  className?: string;
}) {
  return (
    <div className={cn('relative flex h-7 min-w-0 items-center', className)}>
      <Search size={13} aria-hidden className="pointer-events-none absolute left-2 text-gray-9" />
      <input
        type="text"
        aria-label={label}
        placeholder={label}
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && value) {
            event.stopPropagation();
            onChange('');
          }
          onKeyDown?.(event);
        }}
        className="h-full w-full min-w-0 rounded-md border border-gray-6 bg-surface pr-6 pl-7 text-small placeholder:text-gray-9"
      />
      {value && (
        <button
          type="button"
          aria-label="Empty the search"
          onClick={() => onChange('')}
          className="absolute right-1.5 rounded-sm text-gray-9 hover:text-gray-12"
        >
          <X size={13} aria-hidden />
        </button>
      )}
    </div>
  );
}
