import { Check, ChevronDown } from 'lucide-react';
import { Select as Radix } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { cn } from '@/lib/cn';
import { nonce } from '@/lib/nonce';
import { fieldLook } from './field';

export interface SelectOption {
  value: string;
  label: ReactNode;
  /** What stands beside it, quieter. */
  note?: ReactNode;
  disabled?: boolean;
}

/** One of a few. `value` may be empty, which no option is: then the placeholder shows. */
export function Select({
  value,
  onChange,
  options,
  placeholder,
  label,
  quiet,
  className,
  ...rest
}: {
  value: string;
  onChange: (value: string) => void;
  options: readonly SelectOption[];
  placeholder?: string;
  /** Read out where there is no visible label. */
  label?: string;
  /** As wide as what it shows, for toolbars. */
  quiet?: boolean;
  className?: string;
  id?: string;
  disabled?: boolean;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}) {
  // The options are made when they may be needed first: pages have many of these, and most are never opened.
  const [ready, setReady] = useState(false);
  const makeReady = () => setReady(true);
  const chosen = options.find((option) => option.value === value);
  return (
    <Radix.Root value={value} onValueChange={onChange} onOpenChange={makeReady}>
      <Radix.Trigger
        aria-label={label}
        onFocus={makeReady}
        onPointerEnter={makeReady}
        className={cn(
          fieldLook,
          'flex items-center justify-between gap-2 text-left data-[placeholder]:text-gray-9',
          quiet ? 'h-7 w-auto! text-small' : 'h-8',
          className,
        )}
        {...rest}
      >
        <span className="truncate">
          <Radix.Value placeholder={placeholder}>{chosen?.label}</Radix.Value>
        </span>
        <Radix.Icon asChild>
          <ChevronDown size={14} className="shrink-0 text-gray-9" />
        </Radix.Icon>
      </Radix.Trigger>
      {ready && (
        <Radix.Portal>
          <Radix.Content
            position="popper"
            sideOffset={4}
            collisionPadding={8}
            className="z-50 max-h-[min(var(--radix-select-content-available-height),22rem)] min-w-(--radix-select-trigger-width) max-w-[24rem] animate-appear overflow-hidden rounded-md border border-gray-6 bg-surface shadow-raised"
          >
            <Radix.Viewport className="p-1" nonce={nonce()}>
              {options.map((option) => (
                <Radix.Item
                  key={option.value}
                  value={option.value}
                  disabled={option.disabled}
                  className="flex cursor-default select-none items-center gap-2 rounded-sm py-1 pr-2 pl-7 text-body outline-none data-[disabled]:opacity-45 data-[highlighted]:bg-gray-4"
                >
                  <Radix.ItemIndicator className="absolute left-2.5">
                    <Check size={14} className="text-accent-text" />
                  </Radix.ItemIndicator>
                  <span className="truncate">
                    <Radix.ItemText>{option.label}</Radix.ItemText>
                  </span>
                  {option.note && <span className="ml-auto pl-4 text-gray-10 text-small">{option.note}</span>}
                </Radix.Item>
              ))}
            </Radix.Viewport>
          </Radix.Content>
        </Radix.Portal>
      )}
    </Radix.Root>
  );
}
