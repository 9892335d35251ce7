/** The part of a time axis that is looked at: from 0 to 1 is all of it. */
export interface View {
  from: number;
  to: number;
}

export const ALL: View = { from: 0, to: 1 };

/** A view that shows `factor` times as much, with one place staying where it is. */
export function zoomed(view: View, factor: number, around = (view.from + view.to) / 2): View {
  const span = Math.min(1, Math.max(0.002, (view.to - view.from) * factor));
  if (span >= 1) return ALL;
  const share = (around - view.from) / (view.to - view.from);
  const from = Math.min(1 - span, Math.max(0, around - share * span));
  return { from, to: from + span };
}
