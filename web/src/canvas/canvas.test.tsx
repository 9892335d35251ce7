import { act, screen } from '@testing-library/react';
import user from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { Canvas } from './canvas';
import { type Log, renderInStudio } from './test-studio';

const running: Log = [['state_change', { state: 'eda_running', stage: 'eda' }]];
const report: Log = [['report_ready', { stage: 'eda', content: '# Explored' }]];
const checked: Log = [
  ['validation_result', { stage: 'eda', errors: ['No report.'], warnings: [], passed: [] }],
];

const selected = () => screen.getByRole('tab', { selected: true }).textContent;

describe('the canvas', () => {
  it('opens by itself on what is new', async () => {
    const { store } = renderInStudio(<Canvas />, { log: running });
    expect(selected()).toBe('Report');
    act(() => store.append([...checked, ['state_change', { state: 'failed', stage: 'eda' }]]));
    expect(selected()).toContain('Checks');
    expect(await screen.findByText('No report.')).toBeTruthy();
  });

  it('stays where the person went, marks what is new elsewhere, and follows again when asked', async () => {
    const { store } = renderInStudio(<Canvas />, { log: running });
    await user.click(screen.getByRole('tab', { name: /Timeline/ }));
    act(() => store.append(report));
    expect(selected()).toBe('Timeline');
    expect(screen.getByRole('tab', { name: /Report/ }).textContent).toContain('new');
    await user.click(screen.getByRole('button', { name: 'Open by itself what is new' }));
    expect(selected()).toContain('Report');
    expect(screen.getByRole('tab', { name: /Report/ }).textContent).not.toContain('new');
  });

  it('is moved through with the arrow keys', async () => {
    renderInStudio(<Canvas />, { search: { tab: 'report' } });
    screen.getByRole('tab', { name: 'Report' }).focus();
    await user.keyboard('{ArrowRight}');
    expect(selected()).toBe('Metrics');
  });
});
