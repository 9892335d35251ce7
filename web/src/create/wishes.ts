import type { ExperimentOptions } from '@/api/types';

/** What a choice is called that is left to the machine. */
export const AUTO = 'auto';

/** What is said of a new experiment besides its data, as the form has it. */
export interface Wishes {
  /** Null for the data's own name. */
  name: string | null;
  target: string;
  problem: string;
  metric: string;
  dropped: string[];
  group: string;
  time: string;
  holdout: string;
  dictionary: string;
  instructions: string;
  /** Of a workbook; empty for its first. */
  sheet: string;
  /** The main table of several files. */
  main: string;
}

export const NO_WISHES: Wishes = {
  name: null,
  target: '',
  problem: AUTO,
  metric: AUTO,
  dropped: [],
  group: '',
  time: '',
  holdout: AUTO,
  dictionary: '',
  instructions: '',
  sheet: '',
  main: AUTO,
};

/** What the server takes; what was left open is left out. */
export function optionsOf(wishes: Wishes, several: boolean): Partial<ExperimentOptions> {
  const { target, problem, metric, dropped, group, time, holdout, dictionary, sheet, main } = wishes;
  return {
    ...(target && { target }),
    ...(problem !== AUTO && { problem_type: problem }),
    ...(metric !== AUTO && { metric }),
    ...(dropped.length > 0 && { drop_columns: dropped }),
    ...(group && { group_column: group }),
    ...(time && { time_column: time }),
    ...(holdout !== AUTO && { holdout }),
    ...(sheet && !several && { sheet }),
    ...(main !== AUTO && several && { main }),
    ...(dictionary.trim() && { data_dictionary: dictionary.trim() }),
  };
}
