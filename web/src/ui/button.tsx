import { cva, type VariantProps } from 'class-variance-authority';
import { Slot } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { Tooltip } from './tooltip';

const look = cva(
  'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-[520] transition-colors duration-120 disabled:opacity-45 aria-disabled:opacity-45',
  {
    variants: {
      look: {
        plain:
          'border-gray-6 bg-surface text-gray-12 hover:not-disabled:border-gray-7 hover:not-disabled:bg-gray-3',
        primary: 'border-transparent bg-accent text-on-accent hover:not-disabled:bg-accent-strong',
        ghost: 'border-transparent text-gray-11 hover:not-disabled:bg-gray-4 hover:not-disabled:text-gray-12',
        danger:
          'border-gray-6 bg-surface text-failed-text hover:not-disabled:border-failed hover:not-disabled:bg-failed-soft',
      },
      size: { small: 'h-6 text-small', medium: 'h-7 text-small', large: 'h-8 text-body' },
      square: { true: 'aspect-square', false: '' },
    },
    compoundVariants: [
      { square: false, size: 'small', class: 'px-2' },
      { square: false, size: 'medium', class: 'px-2.5' },
      { square: false, size: 'large', class: 'px-3' },
    ],
    defaultVariants: { look: 'plain', size: 'medium', square: false },
  },
);

export interface ButtonProps extends ComponentProps<'button'>, Omit<VariantProps<typeof look>, 'square'> {
  /** Takes the looks, and gives the element to its child: for links. */
  asChild?: boolean;
}

export function Button({ look: kind, size, asChild, className, type, ...rest }: ButtonProps) {
  const Element = asChild ? Slot.Root : 'button';
  return (
    <Element
      {...(asChild ? {} : { type: type ?? 'button' })}
      className={cn(look({ look: kind, size }), className)}
      {...rest}
    />
  );
}

/** A button that is only an icon: its label is read out and shown on hover. */
export function IconButton({
  label,
  shortcut,
  look: kind = 'ghost',
  size,
  className,
  type,
  ...rest
}: Omit<ButtonProps, 'asChild'> & { label: string; shortcut?: ReactNode }) {
  return (
    <Tooltip text={label} shortcut={shortcut}>
      <button
        type={type ?? 'button'}
        aria-label={label}
        className={cn(look({ look: kind, size, square: true }), className)}
        {...rest}
      />
    </Tooltip>
  );
}
