import type { StartStageRequest } from '@/api/types';

/** How a run is to be driven, as a form has it: text that may still be wrong. */
export interface RunChoice {
  model: string;
  minutes: string;
  dollars: string;
  share: string;
  approve: boolean;
  pause: boolean;
}

export const NO_CHOICE: RunChoice = {
  model: '',
  minutes: '',
  dollars: '',
  share: '',
  approve: false,
  pause: false,
};

const MOST_MINUTES = 7 * 24 * 60;

export const minutesWrong = ({ minutes }: RunChoice) =>
  minutes !== '' && !(Number(minutes) > 0 && Number(minutes) <= MOST_MINUTES);

export const dollarsWrong = ({ dollars }: RunChoice) => dollars !== '' && !(Number(dollars) > 0);

/** What the server takes; what was left open is left out. */
export function startOptions(choice: RunChoice): StartStageRequest {
  const { model, minutes, dollars, share, approve, pause } = choice;
  return {
    ...(model && { model }),
    ...(minutes && { budget_seconds: Math.max(1, Number(minutes) * 60) }),
    ...(dollars && { budget: { cost_usd: Number(dollars) } }),
    ...(share && { share }),
    ...(approve && { approve_code: true }),
    ...(pause && { pause_before_stages: true }),
  };
}
