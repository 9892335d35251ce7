import { render } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { rememberPlace, usePlace } from './place';

function Pane({ name, ready }: { name: string; ready: boolean }) {
  const scroller = usePlace<HTMLDivElement>(name, ready);
  return <div ref={scroller} data-testid="pane" />;
}

test('a pane stands where it stood once what is in it has come, and a new one is not touched', () => {
  rememberPlace('known', 120);
  const put = vi.spyOn(Element.prototype, 'scrollTop', 'set');
  const { rerender, getByTestId } = render(<Pane name="known" ready={false} />);
  expect(getByTestId('pane').scrollTop).toBe(0);
  rerender(<Pane name="known" ready />);
  expect(getByTestId('pane').scrollTop).toBe(120);
  rerender(<Pane name="other" ready />);
  expect(getByTestId('pane').scrollTop).toBe(0);

  put.mockClear();
  render(<Pane name="new" ready />);
  expect(put).not.toHaveBeenCalled();
});
