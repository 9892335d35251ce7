import { screen, within } from '@testing-library/react';
import user from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { renderInStudio } from '@/canvas/test-studio';
import DataTab from './data-tab';

const tables = [
  {
    name: 'raw',
    kind: 'raw',
    format: 'csv',
    path: null,
    rows: 2,
    columns: [
      { name: 'age', type: 'DOUBLE' },
      { name: 'who', type: 'VARCHAR' },
    ],
  },
  {
    name: 'train',
    kind: 'split',
    format: 'parquet',
    path: null,
    rows: 1,
    columns: [{ name: 'x', type: 'BIGINT' }],
  },
];
const rows = (columns: string[], types: string[], ...cells: unknown[][]) => ({
  columns,
  types,
  rows: cells,
  row_count: cells.length,
  more: false,
  cut: false,
  seconds: 0.012,
});
const answers = {
  '/api/sessions/s/tables/raw/profile': {
    total: 2,
    rows: 2,
    complete: true,
    columns: [
      {
        name: 'age',
        type: 'DOUBLE',
        missing: 1,
        distinct: 1,
        min: 22,
        max: 22,
        histogram: { low: 0, high: 80, counts: [1, 2] },
      },
      { name: 'who', type: 'VARCHAR', missing: 0, distinct: 2, top: [{ value: 'man', count: 1 }] },
    ],
  },
  '/api/sessions/s/tables': tables,
  '/api/sessions/s/query': rows(['age', 'who'], ['DOUBLE', 'VARCHAR'], [22, 'man'], [null, 'woman']),
};

describe('Data', () => {
  it('shows rows below a picture of each column', async () => {
    renderInStudio(<DataTab />, { answers });
    const grid = await screen.findByRole('grid', { name: 'raw' });
    expect(await within(grid).findByText('woman')).toBeTruthy();
    expect(within(grid).getByText('50 % missing')).toBeTruthy();
    expect(within(grid).getByText('0 – 80')).toBeTruthy();
    await user.click(within(grid).getByTitle('who: open what is in it'));
    expect(within(screen.getByRole('dialog')).getByText('Most frequent')).toBeTruthy();
  });

  it('finds a column among many', async () => {
    renderInStudio(<DataTab />, { answers });
    await screen.findByRole('grid');
    await user.type(screen.getByRole('textbox', { name: 'Find a column' }), 'wh');
    expect(screen.getAllByRole('columnheader').map((head) => head.getAttribute('aria-colindex'))).toEqual([
      '1',
    ]);
    expect(screen.getByText(/1 of 2 columns/)).toBeTruthy();
  });

  it('runs a query, and draws it', async () => {
    const { shown } = renderInStudio(<DataTab />, { answers, search: { sql: 'SELECT * FROM raw;' } });
    await user.click(await screen.findByRole('button', { name: 'Run' }));
    expect(await screen.findByRole('grid', { name: 'Result' })).toBeTruthy();
    expect(shown).toContainEqual({ sql: 'SELECT * FROM raw' });
    expect(screen.getByText('2 rows in 12 ms')).toBeTruthy();
    await user.click(screen.getByRole('radio', { name: 'Chart' }));
    expect(screen.getByRole('radio', { name: 'Bars', checked: true })).toBeTruthy();
  });

  it('says why a query did not run', async () => {
    renderInStudio(<DataTab />, {
      answers: {
        ...answers,
        '/api/sessions/s/query': Response.json({ detail: 'There is no column agee.' }, { status: 400 }),
      },
      search: { sql: 'SELECT agee FROM raw' },
    });
    await user.click(await screen.findByRole('button', { name: 'Run' }));
    expect(await screen.findByText('There is no column agee.')).toBeTruthy();
  });

  it('says that there is no table', async () => {
    renderInStudio(<DataTab />, { answers: { '/api/sessions/s/tables': [] } });
    expect(await screen.findByText('No tables')).toBeTruthy();
  });
});
