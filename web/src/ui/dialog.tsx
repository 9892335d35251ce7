import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { IconButton } from './button';
import { Modal } from './modal';

/** A question or a view above the page. Escape and a click beside it close it. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  wide,
  className,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  className?: string;
}) {
  return (
    <Modal
      open={open}
      onOpenChange={onOpenChange}
      {...(description ? {} : { 'aria-describedby': undefined })}
      className={cn(
        '-translate-x-1/2 fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[calc(100vw-24px)] flex-col rounded-md border border-gray-6 bg-surface shadow-raised outline-none',
        wide ? 'max-w-[960px]' : 'max-w-[460px]',
        className,
      )}
    >
      <div className="flex items-start gap-3 px-4 pt-3.5 pb-2">
        <div className="min-w-0 grow">
          <Radix.Title className="font-[600] text-title">{title}</Radix.Title>
          {description && <Radix.Description className="mt-1 text-gray-11">{description}</Radix.Description>}
        </div>
        <Radix.Close asChild>
          <IconButton label="Close" shortcut="Esc" size="small">
            <X size={14} />
          </IconButton>
        </Radix.Close>
      </div>
      {children && <div className="min-h-0 grow overflow-y-auto px-4 pt-1 pb-4">{children}</div>}
      {footer && <div className="flex justify-end gap-2 border-t px-4 py-3">{footer}</div>}
    </Modal>
  );
}
