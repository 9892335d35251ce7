import { Slider as Radix } from 'radix-ui';
import { cn } from '@/lib/cn';

/** A value chosen along a line. `onSettle` comes once it is let go. */
export function Slider({
  label,
  value,
  min,
  max,
  step,
  onChange,
  onSettle,
  className,
}: {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
  onSettle?: (value: number) => void;
  className?: string;
}) {
  return (
    <Radix.Root
      value={[value]}
      min={min}
      max={max}
      step={step}
      onValueChange={([next]) => next !== undefined && onChange(next)}
      onValueCommit={([next]) => next !== undefined && onSettle?.(next)}
      className={cn('relative flex h-5 touch-none select-none items-center', className)}
    >
      <Radix.Track className="relative h-1 grow rounded-full bg-gray-5">
        <Radix.Range className="absolute h-full rounded-full bg-accent" />
      </Radix.Track>
      <Radix.Thumb
        aria-label={label}
        className="block size-3.5 rounded-full border-2 border-accent bg-surface transition-transform duration-120 hover:scale-110"
      />
    </Radix.Root>
  );
}
