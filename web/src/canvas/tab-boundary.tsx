import { Component, type ReactNode } from 'react';
import { ErrorState } from '@/ui/states';

/** A tab that breaks says so, and leaves the others and the transcript working. */
export class TabBoundary extends Component<{ name: string; children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <ErrorState
        className="h-full"
        title={`${this.props.name} could not be shown`}
        error={this.state.error}
        onRetry={() => this.setState({ error: null })}
      />
    );
  }
}
