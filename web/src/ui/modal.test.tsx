import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { Dialog } from './dialog';

function Page() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Open it
      </button>
      <button type="button">Behind</button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="A question"
        footer={<button type="button">Yes</button>}
      >
        <input aria-label="Name" />
      </Dialog>
    </>
  );
}

test('the focus goes in, goes round in it, and goes back to where it was', async () => {
  const user = userEvent.setup();
  render(<Page />);
  const opener = screen.getByText('Open it');
  await user.click(opener);
  const dialog = screen.getByRole('dialog', { name: 'A question' });
  expect(dialog.getAttribute('aria-modal')).toBe('true');
  for (let press = 0; press < 5; press++) {
    expect(dialog.contains(document.activeElement)).toBe(true);
    await user.tab();
  }
  screen.getByText('Behind').focus();
  expect(dialog.contains(document.activeElement)).toBe(true);

  await user.keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).toBeNull();
  await expect.poll(() => document.activeElement).toBe(opener);
});

test('a click beside it closes it, and the page is not locked by styles on its body', async () => {
  const user = userEvent.setup();
  render(<Page />);
  await user.click(screen.getByText('Open it'));
  expect(document.body.getAttribute('style') ?? '').toBe('');
  expect(document.body.hasAttribute('data-scroll-locked')).toBe(false);
  const scrim = document.querySelector('.bg-scrim') as HTMLElement;
  fireEvent.pointerDown(scrim);
  fireEvent.click(scrim);
  await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
});
