export type Split = 'train' | 'val' | 'test';

const SPLITS: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  tr: 'train',
  val: 'val',
  valid: 'val',
  validation: 'val',
  eval: 'val',
  dev: 'val',
  test: 'test',
};

/** `val_loss` and `loss/val` are the same thing on other rows: what they share, and which rows. */
export function splitOf(name: string): { family: string; split: Split | null } {
  const parts = name.split(/[/_.\- ]+/).filter(Boolean);
  for (const at of [0, parts.length - 1]) {
    const split = SPLITS[(parts[at] ?? '').toLowerCase()];
    if (split && parts.length > 1)
      return { family: parts.filter((_, index) => index !== at).join('_'), split };
  }
  return { family: name, split: null };
}

const LOWER =
  /(loss|error|err|rmse|rmsle|mse|mae|mape|smape|deviance|perplexity|ppl|brier|logloss|cross_?entropy|nll|wer|cer|fid|pinball|hinge|latency|seconds|duration)(_|$|\d|\/)/i;

/** Whether less is better; of a name that says nothing, more is. */
export const lowerIsBetter = (name: string) => LOWER.test(`${name}_`) && !/neg_|negative_/.test(name);

const NOT_A_SCORE =
  /^(lr|learning_?rate|step|epoch|round|fold|iteration|n_|num_|count|rows?|memory|gpu|cpu)/i;

/** Whether a best value makes sense at all. */
export const hasBest = (name: string) => !NOT_A_SCORE.test(name);
