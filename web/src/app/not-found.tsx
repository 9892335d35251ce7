import { Link } from '@tanstack/react-router';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/states';
import { TopBar } from './top-bar';

export function NotFound() {
  return (
    <>
      <TopBar />
      <main id="main" className="grow">
        <Empty
          title="There is no such page"
          action={
            <Button asChild>
              <Link to="/">All experiments</Link>
            </Button>
          }
        >
          The address may be mistyped, or what it led to was deleted.
        </Empty>
      </main>
    </>
  );
}
