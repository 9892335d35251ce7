import { screen, within } from '@testing-library/react';
import user from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { type Log, renderInStudio } from '@/canvas/test-studio';
import PredictTab from './predict-tab';

const trained: Log = [
  ['state_change', { state: 'train_running', stage: 'train' }],
  ['state_change', { state: 'train_done', stage: 'train' }],
];

const form = {
  problem_type: 'binary',
  target: 'bought',
  classes: ['no', 'yes'],
  positive_class: 'yes',
  has_probabilities: true,
  columns: [
    { name: 'age', kind: 'whole', levels: null, low: 18, high: 81, typical: 44, has_missing: false },
    { name: 'note', kind: 'text', levels: null, low: null, high: null, typical: null, has_missing: true },
  ],
};

const result = {
  session_id: 's',
  problem_type: 'binary',
  target: 'bought',
  classes: ['no', 'yes'],
  positive_class: 'yes',
  threshold: null,
  row_count: 1,
  rows: [
    {
      row: 1,
      prediction: 'yes',
      probabilities: [0.2, 0.8],
      explanation: {
        class: 'yes',
        base: 0.5,
        value: 0.8,
        columns: [
          { column: 'age', effect: 0.3, noise: 0.01 },
          { column: 'note', effect: 0, noise: 0 },
        ],
      },
    },
  ],
  explanation_method: 'sampled Shapley values over raw columns',
  notes: ['`age` lies outside what the model learnt from in 1 row.'],
  novelty: { rows: 1, enough: false, columns: [] },
  seconds: 0.01,
};

describe('Predict', () => {
  it('says what will be here before there is a model', () => {
    renderInStudio(<PredictTab />);
    expect(screen.getByText('There is no model yet')).toBeTruthy();
  });

  it('says why the model cannot be asked', async () => {
    renderInStudio(<PredictTab />, { log: trained });
    expect(await screen.findByText('The model cannot be asked')).toBeTruthy();
  });

  it('starts from a typical row and explains what was predicted', async () => {
    let posted = '';
    const answers = {
      '/api/sessions/s/predict': form,
    };
    renderInStudio(<PredictTab />, { log: trained, answers });
    const age = await screen.findByLabelText('age');
    expect((age as HTMLInputElement).value).toBe('44');
    expect(screen.getByText('18 to 81')).toBeTruthy();
    const served = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      if (init?.method !== 'POST') return served(input, init);
      posted = String(init.body);
      return Response.json(result);
    };
    await user.clear(age);
    await user.type(age, '90');
    await user.type(screen.getByLabelText(/A row is called/), '0.3');
    await user.click(screen.getByRole('button', { name: 'Predict' }));
    const answer = within(await screen.findByRole('region', { name: 'Prediction' }));
    expect(JSON.parse(posted)).toEqual({ rows: [{ age: '90', note: null }], explain: true, threshold: 0.3 });
    expect(answer.getByText('80.0 %')).toBeTruthy();
    expect(answer.getByText('+0.3000')).toBeTruthy();
    expect(answer.getByText('age lies outside what the model learnt from in 1 row.')).toBeTruthy();
  });

  it('shows a table with its predictions', async () => {
    renderInStudio(<PredictTab />, { log: trained, answers: { '/api/sessions/s/predict': form } });
    const chooser = await screen.findByLabelText('A table to predict');
    await user.type(screen.getByLabelText(/A row is called/), '0.3');
    let asked = '';
    globalThis.fetch = async (input) => {
      asked = String(input);
      return new Response('age,prediction\n90,yes\n', {
        headers: { 'Content-Type': 'text/csv', 'Trainable-Notes': '["Mind this."]' },
      });
    };
    await user.upload(chooser, new File(['age\n90\n'], 'new.csv', { type: 'text/csv' }));
    expect(await screen.findByText('Mind this.')).toBeTruthy();
    expect(asked).toBe('/api/sessions/s/predict?threshold=0.3');
    expect(screen.getByRole('link', { name: 'Download' }).getAttribute('download')).toBe('predicted-new.csv');
  });
});
