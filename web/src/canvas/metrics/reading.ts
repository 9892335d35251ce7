/** What is read at one step of a chart, told to its legend without rendering the chart again. */
export class Reading {
  private step: number | null = null;
  private readonly listeners = new Set<() => void>();

  get = () => this.step;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  set(step: number | null) {
    if (step === this.step) return;
    this.step = step;
    for (const listener of this.listeners) listener();
  }
}
