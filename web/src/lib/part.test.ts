import { expect, it, vi } from 'vitest';
import { type Host, untilLoaded } from './part';

/** A browser whose waits end at once and whose server answers as told. */
function host(answers: boolean, mayReload = true) {
  return {
    wait: vi.fn<Host['wait']>().mockResolvedValue(),
    answers: vi.fn<Host['answers']>().mockResolvedValue(answers),
    reload: vi.fn<Host['reload']>().mockReturnValue(mayReload),
  };
}

it('asks again while the server is away, and ever less often', async () => {
  const browser = host(false);
  const load = vi.fn<() => Promise<string>>().mockResolvedValue('there');
  for (let tries = 0; tries < 7; tries++) load.mockRejectedValueOnce(new Error('no connection'));
  expect(await untilLoaded(load, browser)).toBe('there');
  expect(browser.wait.mock.calls.flat()).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  expect(browser.reload).not.toHaveBeenCalled();
});

it('gives one failure a second try before it takes the build for another', async () => {
  const browser = host(true);
  const load = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new Error('cut'))
    .mockResolvedValue('there');
  expect(await untilLoaded(load, browser)).toBe('there');
  expect(browser.reload).not.toHaveBeenCalled();
});

it('reloads the page once when the server answers and has the part no more', async () => {
  const browser = host(true);
  browser.reload.mockReturnValueOnce(true).mockReturnValue(false);
  await expect(untilLoaded(() => Promise.reject(new Error('gone')), browser)).rejects.toThrow('gone');
  expect(browser.reload).toHaveBeenCalledTimes(2);
});
