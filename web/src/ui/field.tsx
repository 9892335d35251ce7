import { type ComponentProps, type ReactNode, useId } from 'react';
import { cn } from '@/lib/cn';

export const fieldLook =
  'w-full rounded-md border border-gray-6 bg-surface px-2.5 text-body text-gray-12 placeholder:text-gray-9 transition-colors duration-120 hover:border-gray-7 focus-visible:border-accent focus-visible:outline-offset-0 focus-visible:outline-1 disabled:opacity-50 aria-invalid:border-failed';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(fieldLook, 'h-8', className)} {...rest} />;
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={cn(fieldLook, 'resize-y py-1.5 leading-5', className)} {...rest} />;
}

/** A labelled field; `children` gets the id and the ids of what describes it. */
export function Field({
  label,
  hint,
  error,
  optional,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  optional?: boolean;
  className?: string;
  children: (props: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => ReactNode;
}) {
  const id = useId();
  const note = error || hint;
  return (
    <div className={cn('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className="flex items-baseline gap-1.5 font-[520] text-small">
        {label}
        {optional && <span className="font-normal text-gray-10">optional</span>}
      </label>
      {children({ id, 'aria-describedby': note ? `${id}-note` : undefined, 'aria-invalid': Boolean(error) })}
      {note && (
        <p id={`${id}-note`} className={cn('text-small', error ? 'text-failed-text' : 'text-gray-10')}>
          {note}
        </p>
      )}
    </div>
  );
}
