import { Check } from 'lucide-react';
import { Checkbox } from 'radix-ui';
import { cn } from '@/lib/cn';

export function SelectBox({
  checked,
  onChange,
  label,
  className,
}: {
  checked: boolean | 'indeterminate';
  onChange: (checked: boolean) => void;
  label: string;
  className?: string;
}) {
  return (
    <Checkbox.Root
      checked={checked}
      onCheckedChange={(to) => onChange(to === true)}
      aria-label={label}
      className={cn(
        'flex size-4 shrink-0 items-center justify-center rounded-sm border border-gray-8 bg-surface data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent',
        className,
      )}
    >
      <Checkbox.Indicator className="text-on-accent data-[state=indeterminate]:text-accent-text">
        {checked === 'indeterminate' ? (
          <span className="block h-0.5 w-2 bg-current" />
        ) : (
          <Check size={12} strokeWidth={3} />
        )}
      </Checkbox.Indicator>
    </Checkbox.Root>
  );
}
