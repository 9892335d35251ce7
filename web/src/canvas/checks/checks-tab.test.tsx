import { fireEvent, screen, within } from '@testing-library/react';
import user from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { type Log, renderInStudio } from '@/canvas/test-studio';
import ChecksTab from './checks-tab';

const score = {
  problem_type: 'binary',
  metric: 'roc_auc',
  higher_is_better: true,
  value: 0.8,
  low: 0.7,
  high: 0.9,
  standard_error: 0.05,
  baseline: 0.5,
  baseline_low: 0.5,
  baseline_high: 0.5,
  metrics: { roc_auc: 0.8 },
  rows: 134,
  holdout: 'host',
  holdout_reason: '134 of 891 rows (15 %) are held to measure models on: whole groups of `ticket` (seed 42).',
  test_set_was_open: false,
  claimed: { roc_auc: 0.95 },
  notes: [],
};

const prep: Log = [
  ['state_change', { state: 'prep_running', stage: 'prep' }],
  [
    'validation_result',
    {
      stage: 'prep',
      errors: ['train.parquet has 3 nulls in `age`.'],
      warnings: [],
      passed: ['One schema.'],
      report: {
        stage: 'prep',
        errors: [{ code: 'nulls', message: 'train.parquet has 3 nulls in `age`.', evidence: { age: 3 } }],
        warnings: [],
        passed: [{ code: 'schema', message: 'One schema.' }],
      },
    },
  ],
];
const train: Log = [
  ['state_change', { state: 'train_running', stage: 'train' }],
  ['validation_result', { stage: 'train', errors: [], warnings: [], passed: ['Predicts.'], score }],
  ['state_change', { state: 'train_done', stage: 'train' }],
];

describe('Checks', () => {
  it('says what will be here before anything was checked', () => {
    renderInStudio(<ChecksTab />);
    expect(screen.getByText('Nothing was checked yet')).toBeTruthy();
  });

  it('opens the evidence of a finding on demand', async () => {
    renderInStudio(<ChecksTab />, { log: prep });
    const errors = within(screen.getByRole('region', { name: 'Errors' }));
    expect(errors.queryByText('3')).toBeNull();
    await user.click(errors.getByRole('button'));
    expect(errors.getAllByText('age').length).toBe(2);
    expect(errors.getByText('3')).toBeTruthy();
    expect(within(screen.getByRole('region', { name: 'Passed' })).queryByRole('button')).toBeNull();
  });

  it('says what of a replay is the same, and names what is not', () => {
    const result = {
      original: 'o',
      verdict: 'differs',
      message: 'train/models/model.pkl differs: its answers differ on 3 of 90 held rows.',
      counts: { identical: 1, differs: 2 },
      artifacts: [
        { path: 'eda/report.md', equality: 'identical' },
        {
          path: 'train/models/model.pkl',
          equality: 'differs',
          detail: 'its answers differ on 3 of 90 held rows',
        },
        { path: 'train/data/final.json', equality: 'missing', detail: 'the replay did not make it' },
      ],
      divergences: [{ stage: 'train', message: 'execute_code was answered otherwise.', turn: 2 }],
      replies: 4,
      tokens: 0,
      cost_usd: 0,
    };
    renderInStudio(<ChecksTab />, { log: [...prep, ['replay', result]] });
    const replay = within(screen.getByRole('region', { name: 'Replay' }));
    expect(replay.getByText('Not the same as the original')).toBeTruthy();
    expect(replay.getByText('train/data/final.json')).toBeTruthy();
    expect(replay.queryByText('eda/report.md')).toBeNull();
    expect(replay.getByText('execute_code was answered otherwise.')).toBeTruthy();
  });

  it('sets the measured score beside a claim that is too good', async () => {
    renderInStudio(<ChecksTab />, { log: train });
    expect(screen.getByText(/trust the measurement/)).toBeTruthy();
    expect(
      screen.getAllByRole('img', {
        name: 'Measured 0.8000, 95 % interval 0.7000 to 0.9000, baseline 0.5000, claimed 0.9500',
      }).length,
    ).toBeGreaterThan(0);
    // The server has no evaluation of this model: what is known of it is shown all the same.
    expect(await screen.findByText('Every metric')).toBeTruthy();
  });

  it('says which rows were held and why', () => {
    renderInStudio(<ChecksTab />, { log: train });
    const score = within(screen.getByRole('region', { name: 'Measured score' }));
    expect(
      score.getByText(/134 of 891 rows \(15 %\) are held to measure models on: whole groups of/),
    ).toBeTruthy();
    expect(score.getByText('ticket').tagName).toBe('CODE');
  });

  it('moves the threshold and says what it does', async () => {
    renderInStudio(<ChecksTab />, {
      log: train,
      answers: {
        '/api/sessions/s/evaluation': {
          session_id: 's',
          run_id: 'r',
          problem_type: 'binary',
          target: 'churn',
          metric: 'roc_auc',
          rows: 10,
          metrics: [],
          classification: {
            labels: ['no', 'yes'],
            positive_class: 'yes',
            confusion: [
              [5, 1],
              [1, 3],
            ],
            per_label: [],
            threshold: 0.6,
            thresholds: [
              {
                threshold: 0.9,
                true_positives: 2,
                false_positives: 0,
                true_negatives: 6,
                false_negatives: 2,
              },
              {
                threshold: 0.6,
                true_positives: 3,
                false_positives: 1,
                true_negatives: 5,
                false_negatives: 1,
              },
              {
                threshold: 0.2,
                true_positives: 4,
                false_positives: 4,
                true_negatives: 2,
                false_negatives: 0,
              },
            ],
          },
          slices: [],
          worst: [],
          notes: [],
        },
      },
    });
    expect(await screen.findByText(/4 rows are called yes: 3 rightly, 1 wrongly. 1 are missed/)).toBeTruthy();
    expect(screen.getByText(/The model itself says yes from 0.600 on/)).toBeTruthy();
    fireEvent.change(screen.getByRole('slider', { name: 'Threshold' }), { target: { value: '0' } });
    expect(screen.getByText(/8 rows are called yes: 4 rightly, 4 wrongly. 0 are missed/)).toBeTruthy();
  });
});
