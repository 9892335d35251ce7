import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { IconButton } from './button';
import { TooltipHost } from './tooltip-host';

function Page() {
  const [liked, setLiked] = useState(false);
  return (
    <>
      <IconButton label="Save" shortcut="S">
        <svg data-testid="icon" />
      </IconButton>
      <IconButton label={liked ? 'Do not like it' : 'Like it'} onClick={() => setLiked(!liked)}>
        <svg />
      </IconButton>
      <p>Elsewhere</p>
      <TooltipHost />
    </>
  );
}

// Its part is loaded when it is first needed, which must not be part of what is timed below.
beforeAll(() => import('./tooltip-bubble'));
beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
const person = () => userEvent.setup({ advanceTimers: (by) => void vi.advanceTimersByTime(by) });

const told = () => screen.queryByRole('tooltip')?.textContent;

test('what is pointed at says what it is, until the pointer is elsewhere', async () => {
  const user = person();
  render(<Page />);
  await user.hover(screen.getByTestId('icon'));
  expect(told()).toBeUndefined();
  const words = await screen.findByRole('tooltip');
  expect(words.textContent).toBe('SaveS');
  const button = screen.getByRole('button', { name: 'Save' });
  expect(button.getAttribute('aria-describedby')).toBe(words.id);
  // The way to the words themselves does not take them away.
  await user.hover(document.querySelector('[data-tooltip]') as Element);
  await pass(200);
  expect(told()).toBe('SaveS');
  await user.hover(screen.getByText('Elsewhere'));
  await waitFor(() => expect(told()).toBeUndefined());
  expect(button.hasAttribute('aria-describedby')).toBe(false);
});

test('the next one opens at once, with the words of now', async () => {
  const user = person();
  render(<Page />);
  await user.hover(screen.getByRole('button', { name: 'Save' }));
  await screen.findByRole('tooltip');
  const like = screen.getByRole('button', { name: 'Like it' });
  await user.hover(like);
  expect(told()).toBe('Like it');
  // What is pressed is known; it says something again only when the pointer was elsewhere.
  await user.click(like);
  expect(told()).toBeUndefined();
  fireEvent.pointerOver(like.firstElementChild as Element);
  await pass(400);
  expect(told()).toBeUndefined();
  await user.hover(screen.getByText('Elsewhere'));
  await user.hover(like);
  await waitFor(() => expect(told()).toBe('Do not like it'));
});

test('the keyboard gets it at once, and Escape takes it away', async () => {
  const user = person();
  render(<Page />);
  await user.tab();
  expect((await screen.findByRole('tooltip')).textContent).toBe('SaveS');
  await user.keyboard('{Escape}');
  expect(told()).toBeUndefined();
});

test('what scrolls takes it along, so it goes', async () => {
  const user = person();
  render(<Page />);
  await user.hover(screen.getByTestId('icon'));
  await screen.findByRole('tooltip');
  fireEvent.scroll(screen.getByText('Elsewhere'));
  expect(told()).toBe('SaveS');
  fireEvent.scroll(document.body);
  expect(told()).toBeUndefined();
});

test('a finger that only touches is told nothing', async () => {
  render(<Page />);
  fireEvent.pointerOver(screen.getByRole('button', { name: 'Save' }), { pointerType: 'touch' });
  await pass(400);
  expect(told()).toBeUndefined();
});
