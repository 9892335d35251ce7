import { type ReactNode, useEffect, useState } from 'react';
import { signedOut } from '@/api/client';
import { useConnection } from '@/live/provider';
import { Button } from '@/ui/button';
import { Field, Input } from '@/ui/field';

/** Shows the app until the server refuses its token; then the way back in. */
export function SessionGate({ children }: { children: ReactNode }) {
  const [refused, setRefused] = useState(false);
  const connection = useConnection();
  useEffect(() => {
    const listen = () => setRefused(true);
    signedOut.addEventListener('signedout', listen);
    return () => signedOut.removeEventListener('signedout', listen);
  }, []);
  if (refused || connection.kind === 'unauthorized') return <SignIn />;
  return children;
}

/** The form goes to the same address with `?token=`, which the server exchanges for a cookie. */
function SignIn() {
  return (
    <main className="flex h-full items-center justify-center p-4">
      <form
        method="get"
        className="flex w-full max-w-[400px] flex-col gap-4 rounded-md border bg-surface p-6"
      >
        <div>
          <h1 className="font-[600] text-title">This browser is not signed in</h1>
          <p className="mt-1 text-gray-11">
            The server makes a new token each time it starts. Open the address that <code>trainable up</code>{' '}
            printed, or paste its token here.
          </p>
        </div>
        <Field label="Token">
          {(field) => (
            <Input
              {...field}
              name="token"
              type="password"
              autoComplete="off"
              required
              autoFocus
              className="mono"
            />
          )}
        </Field>
        <Button type="submit" look="primary" size="large">
          Sign in
        </Button>
      </form>
    </main>
  );
}
