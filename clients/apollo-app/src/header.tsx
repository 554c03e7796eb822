import type { ComponentType } from 'react';
import type { AccountFragment } from './api/latchkey/graphql';
import { attempt } from './notice';
import { Brand } from './page';
import { Profile } from './pages/profile';
import { Sessions } from './pages/sessions';
import { Users } from './pages/users';
import { WorkItems } from './pages/work-items';
import { leave, session } from './session';

export interface PageEntry {
  path: string;
  title: string;
  Page: ComponentType<{ me: AccountFragment }>;
  admin?: boolean;
}

/** The first is where one arrives. */
export const pages: PageEntry[] = [
  { path: '#/profile', title: 'Profile', Page: Profile },
  { path: '#/sessions', title: 'Sessions', Page: Sessions },
  { path: '#/work-items', title: 'Work items', Page: WorkItems },
  { path: '#/users', title: 'Users', Page: Users, admin: true },
];

export function Header({ pages, path, me }: { pages: PageEntry[]; path: string; me: AccountFragment }) {
  const signOut = () => leave('You are signed out.', () => session.signOut());
  return (
    <header>
      <Brand />
      <nav aria-label="Pages">
        {pages.map((page) => (
          <a key={page.path} href={page.path} aria-current={page.path === path ? 'page' : undefined}>
            {page.title}
          </a>
        ))}
      </nav>
      <span className="who">{me.name ?? me.email ?? me.username}</span>
      <button type="button" onClick={() => attempt(signOut)}>
        Sign out
      </button>
    </header>
  );
}
