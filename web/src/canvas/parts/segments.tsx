import type { KeyboardEvent, ReactNode } from 'react';

export interface Segment<T extends string> {
  value: T;
  label: ReactNode;
  disabled?: boolean;
}

/** One of few, in a row. The arrow keys choose, as among radio buttons. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: readonly Segment<T>[];
  onChange: (value: T) => void;
}) {
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const open = options.filter((option) => !option.disabled);
    const at = open.findIndex((option) => option.value === value);
    const next = by && open[(at + by + open.length) % open.length];
    if (!next) return;
    event.preventDefault();
    onChange(next.value);
    event.currentTarget.querySelector<HTMLElement>(`[data-value="${next.value}"]`)?.focus();
  };
  return (
    <div
      role="radiogroup"
      aria-label={label}
      onKeyDown={move}
      className="inline-flex h-7 shrink-0 rounded-md bg-gray-3 p-0.5"
    >
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          data-value={option.value}
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          disabled={option.disabled}
          onClick={() => onChange(option.value)}
          className="inline-flex items-center gap-1.5 whitespace-nowrap rounded-sm px-2.5 text-gray-11 text-small transition-colors duration-120 hover:text-gray-12 disabled:text-gray-8 aria-checked:bg-surface aria-checked:font-[520] aria-checked:text-gray-12 aria-checked:shadow-[0_0_0_1px_var(--gray-6)]"
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
