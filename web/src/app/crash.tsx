import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ErrorState } from '@/ui/states';
import { TopBar } from './top-bar';

/** A page that could not be drawn. The rest of the app goes on. */
export function Crash({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <>
      <TopBar />
      <main id="main" className="grow overflow-auto">
        <ErrorState
          error={error}
          title="This page could not be shown"
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </main>
    </>
  );
}
