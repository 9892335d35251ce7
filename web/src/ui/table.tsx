import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

// The looks of a small table. Long ones are drawn by rows in view only.

export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return <table className={cn('w-full border-collapse text-left text-small', className)} {...rest} />;
}

export function Head({ className, ...rest }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cn('whitespace-nowrap border-b px-2 py-1.5 font-[520] text-gray-10 first:pl-0', className)}
      {...rest}
    />
  );
}

export function Cell({ className, ...rest }: ComponentProps<'td'>) {
  return <td className={cn('border-gray-4 border-b px-2 py-1.5 first:pl-0', className)} {...rest} />;
}

/** A number, aligned with those above and below it. */
export function NumberCell({ className, ...rest }: ComponentProps<'td'>) {
  return <Cell className={cn('number text-right', className)} {...rest} />;
}
