import { screen, within } from '@testing-library/react';
import user from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { renderInStudio } from '@/canvas/test-studio';
import FilesTab from './files-tab';

const file = (path: string) => ({ path, name: path.split('/').at(-1), type: 'file' });
const folder = (path: string, ...children: unknown[]) => ({
  path,
  name: path.split('/').at(-1),
  type: 'directory',
  children,
});
const answers = {
  '/api/files/tree?root=%2Fsessions': folder(
    '/sessions/s',
    folder(
      '/sessions/s/eda',
      file('/sessions/s/eda/report.md'),
      file('/sessions/s/eda/page.html'),
      file('/sessions/s/eda/facts.json'),
    ),
  ),
  '/api/files/tree?root=%2Fdatasets': folder('/datasets/e', file('/datasets/e/a.csv')),
  '/api/files/raw?path=%2Fsessions%2Fs%2Feda%2Ffacts.json': { rows: 757, nested: { deep: true } },
  '/api/files/raw?path=%2Fdatasets%2Fe%2Fa.csv': new Response('age,name\n22,Ann\n,Bob\n'),
};

describe('Files', () => {
  it('lists the stages and the dataset, and opens a file by keyboard', async () => {
    const { shown } = renderInStudio(<FilesTab />, { answers });
    const tree = await screen.findByRole('tree', { name: 'Files' });
    expect(
      within(tree)
        .getAllByRole('treeitem')
        .map((item) => item.textContent),
    ).toEqual(['eda3', 'report.md', 'page.html', 'facts.json', 'dataset1', 'a.csv']);
    tree.focus();
    await user.keyboard('{ArrowLeft}');
    expect(within(tree).getAllByRole('treeitem')).toHaveLength(3);
    await user.keyboard('{ArrowRight}{ArrowDown}{ArrowDown}{ArrowDown}{Enter}');
    expect(shown).toEqual([{ path: '/sessions/s/eda/facts.json' }]);
  });

  it('says when the search finds nothing, and how to see all again', async () => {
    renderInStudio(<FilesTab />, { answers });
    await screen.findByRole('tree');
    await user.type(screen.getByRole('textbox', { name: 'Find a file' }), 'zebra');
    await user.click(await screen.findByRole('button', { name: 'Show all' }));
    expect(await screen.findByRole('tree')).toBeTruthy();
  });

  it('shows a page in a frame that may do nothing', async () => {
    renderInStudio(<FilesTab />, { answers, search: { path: '/sessions/s/eda/page.html' } });
    const frame = await screen.findByTitle(
      (title, element) => title === 'page.html' && element?.tagName === 'IFRAME',
    );
    expect(frame.getAttribute('sandbox')).toBe('');
  });

  it('shows JSON whose parts close', async () => {
    renderInStudio(<FilesTab />, { answers, search: { path: '/sessions/s/eda/facts.json' } });
    expect(await screen.findByText('757')).toBeTruthy();
    expect(screen.getByText('true')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Close all' }));
    expect(screen.queryByText('true')).toBeNull();
  });

  it('shows a table, a missing value as such, and sorts it', async () => {
    renderInStudio(<FilesTab />, { answers, search: { path: '/datasets/e/a.csv' } });
    const grid = await screen.findByRole('grid');
    const names = () =>
      within(grid)
        .getAllByRole('gridcell')
        .map((cell) => cell.textContent);
    expect(names()).toEqual(['22', 'Ann', '–', 'Bob']);
    await user.click(within(grid).getByRole('button', { name: 'name' }));
    await user.click(within(grid).getByRole('button', { name: 'name' }));
    expect(names()).toEqual(['–', 'Bob', '22', 'Ann']);
  });

  it('says why a file cannot be read', async () => {
    renderInStudio(<FilesTab />, { answers, search: { path: '/sessions/s/eda/gone.txt' } });
    expect(await screen.findByText('The file could not be read')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });
});
