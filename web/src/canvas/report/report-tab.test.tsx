import { screen } from '@testing-library/react';
import user from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { type Log, renderInStudio } from '@/canvas/test-studio';
import ReportTab from './report-tab';

const log = (content: string, stage = 'eda'): Log => [
  ['state_change', { state: `${stage}_running`, stage }],
  ['report_ready', { stage, content }],
  ['state_change', { state: `${stage}_done`, stage }],
];

describe('Report', () => {
  it('says what will be here', () => {
    renderInStudio(<ReportTab />);
    expect(screen.getByText('No report yet')).toBeTruthy();
  });

  it('shows the newest, and the others by choice', async () => {
    const { shown } = renderInStudio(<ReportTab />, {
      log: [...log('# Explored'), ...log('# Prepared', 'prep')],
    });
    expect(screen.getByRole('heading', { name: 'Prepared' })).toBeTruthy();
    await user.click(screen.getByRole('radio', { name: 'EDA' }));
    expect(screen.getByRole('heading', { name: 'Explored' })).toBeTruthy();
    expect(shown).toEqual([{ stage: 'eda' }]);
    expect(screen.getByRole('radio', { name: 'Train' }).hasAttribute('disabled')).toBe(true);
  });

  it('takes images from the workspace and from nowhere else', () => {
    renderInStudio(<ReportTab />, {
      log: log(
        '![Ours](figures/a.png)\n\n![Theirs](https://example.org/b.png)\n\n![Out](../../../../etc/passwd)',
      ),
    });
    const images = screen.getAllByRole('img') as HTMLImageElement[];
    expect(images.map((image) => image.getAttribute('src'))).toEqual([
      '/api/files/raw?path=%2Fsessions%2Fs%2Feda%2Ffigures%2Fa.png',
    ]);
  });

  it('runs nothing that an agent wrote', () => {
    const { container } = renderInStudio(<ReportTab />, {
      log: log(
        '# Hi <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1))\n\n<iframe src="/api"></iframe>',
      ),
    });
    expect(container.querySelector('script, iframe, [onerror]')).toBeNull();
    for (const link of container.querySelectorAll('article a'))
      expect(link.getAttribute('href')).not.toMatch(/^javascript/);
  });

  it('opens a link to a file in Files', async () => {
    const { shown } = renderInStudio(<ReportTab />, { log: log('See [the plan](data/plan.json).') });
    await user.click(screen.getByRole('link', { name: 'the plan' }));
    expect(shown).toEqual([{ tab: 'files', path: '/sessions/s/eda/data/plan.json' }]);
  });

  it('opens an image large, and the next with the arrow', async () => {
    renderInStudio(<ReportTab />, { log: log('![One](figures/a.png)\n\n![Two](figures/b.png)') });
    await user.click(screen.getByRole('button', { name: 'Open large: One' }));
    expect(await screen.findByRole('dialog', { name: 'a.png' })).toBeTruthy();
    await user.keyboard('{ArrowRight}');
    expect(screen.getByRole('dialog', { name: 'b.png' })).toBeTruthy();
  });

  it('keeps the last report while its stage runs again, and says so', () => {
    renderInStudio(<ReportTab />, {
      log: [...log('# Explored'), ['state_change', { state: 'eda_running', stage: 'eda' }]],
    });
    expect(screen.getByText(/running again/)).toBeTruthy();
    expect(screen.getByRole('heading', { name: 'Explored' })).toBeTruthy();
  });
});
