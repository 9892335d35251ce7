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
  const share = ((value - min) / (max - min)) * 100;
  const settle = onSettle && (() => onSettle(value));
  return (
    <input
      type="range"
      aria-label={label}
      min={min}
      max={max}
      step={step}
      value={value}
      onChange={(event) => onChange(Number(event.target.value))}
      onPointerUp={settle}
      onKeyUp={settle}
      onBlur={settle}
      style={{
        background: `linear-gradient(to right, var(--accent) ${share}%, var(--gray-5) ${share}%) center / 100% 4px no-repeat`,
      }}
      className={cn('slider h-5', className)}
    />
  );
}
