import { Link } from '@tanstack/react-router';
import { CircleHelp, Moon, Search, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button, IconButton } from '@/ui/button';
import { Keys } from '@/ui/keys';
import { openOverlay } from './overlays';
import { toggleTheme, useTheme } from './theme';

/** The bar above every page: where one is, what the page adds, and what is everywhere. */
export function TopBar({ children }: { children?: ReactNode }) {
  const theme = useTheme();
  return (
    <header className="flex h-11 shrink-0 items-center gap-2 border-b bg-gray-1 pr-2 pl-3">
      <Link
        to="/"
        aria-label="Trainable: all experiments"
        className="flex items-center gap-2 rounded-sm font-[620] tracking-[-0.01em]"
      >
        <Logo />
        {!children && <span>Trainable</span>}
      </Link>
      <div className="flex min-w-0 grow items-center gap-2">{children}</div>
      <nav aria-label="Everywhere" className="flex shrink-0 items-center gap-0.5">
        <Button look="ghost" onClick={() => openOverlay('palette')}>
          <Search size={15} aria-hidden />
          <span className="sr-only">Find anything</span>
          <span className="max-md:hidden" aria-hidden>
            <Keys>⌘K</Keys>
          </span>
        </Button>
        <IconButton label={theme === 'dark' ? 'Light theme' : 'Dark theme'} onClick={toggleTheme}>
          {theme === 'dark' ? <Sun size={15} /> : <Moon size={15} />}
        </IconButton>
        <span className="max-sm:hidden">
          <IconButton label="Shortcuts and help" shortcut="?" onClick={() => openOverlay('help')}>
            <CircleHelp size={15} />
          </IconButton>
        </span>
      </nav>
    </header>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 20 20" className="size-5" aria-hidden>
      <rect width="20" height="20" rx="5" className="fill-accent" />
      <path
        d="M4.5 13.8 8.2 9.4l3.1 2.5 4.2-6"
        className="fill-none stroke-on-accent"
        strokeWidth="1.9"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
