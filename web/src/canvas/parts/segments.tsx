import { RadioGroup } from 'radix-ui';
import type { ReactNode } from 'react';

export interface Segment<T extends string> {
  value: T;
  label: ReactNode;
  disabled?: boolean;
}

/** One of few, in a row. */
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
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as T)}
      orientation="horizontal"
      className="inline-flex h-7 shrink-0 rounded-md bg-gray-3 p-0.5"
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          className="inline-flex items-center gap-1.5 whitespace-nowrap rounded-sm px-2.5 text-gray-11 text-small transition-colors duration-120 hover:text-gray-12 disabled:text-gray-8 data-[state=checked]:bg-surface data-[state=checked]:font-[520] data-[state=checked]:text-gray-12 data-[state=checked]:shadow-[0_0_0_1px_var(--gray-6)]"
        >
          {option.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
