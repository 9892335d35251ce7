import { describe, expect, it } from 'vitest';
import { dollarsWrong, minutesWrong, NO_CHOICE, startOptions } from './run-choice';

describe('how a run is to be driven', () => {
  it('leaves out what was left open', () => expect(startOptions(NO_CHOICE)).toEqual({}));
  it('says what was chosen as the server takes it', () => {
    expect(
      startOptions({ model: 'm', minutes: '0.5', dollars: '2', share: 'schema', approve: true, pause: true }),
    ).toEqual({
      model: 'm',
      budget_seconds: 30,
      budget: { cost_usd: 2 },
      share: 'schema',
      approve_code: true,
      pause_before_stages: true,
    });
  });
  it('knows what cannot be', () => {
    expect(minutesWrong({ ...NO_CHOICE, minutes: '0' })).toBe(true);
    expect(minutesWrong({ ...NO_CHOICE, minutes: '20000' })).toBe(true);
    expect(minutesWrong({ ...NO_CHOICE, minutes: '30' })).toBe(false);
    expect(dollarsWrong({ ...NO_CHOICE, dollars: 'much' })).toBe(true);
  });
});
