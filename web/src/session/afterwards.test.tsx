import { act, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Afterwards, PATIENCE_MS } from './afterwards';

describe('What is drawn after what is beside it', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

  it('waits for what it needs', () => {
    const { rerender } = render(<Afterwards when={false}>canvas</Afterwards>);
    pass(PATIENCE_MS / 2);
    expect(screen.queryByText('canvas')).toBeNull();
    rerender(<Afterwards when>canvas</Afterwards>);
    pass(0);
    expect(screen.getByText('canvas')).toBeTruthy();
  });

  it('does not wait for ever', () => {
    render(<Afterwards when={false}>canvas</Afterwards>);
    pass(PATIENCE_MS);
    expect(screen.getByText('canvas')).toBeTruthy();
  });
});
