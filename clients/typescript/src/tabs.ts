import { limit } from './timers.js';

/** What a tab knows, and since when: ms since 1970, by the clock that all tabs share. */
export interface News<T> {
  at: number;
  grant: T | null;
}

/** What the tabs of one origin that share a session have in common. */
export interface Tabs<T> {
  /** Runs a task while no other tab runs one. */
  lock<R>(task: () => Promise<R>): Promise<R>;
  tell(news: News<T>): void;
  /** Asks the others for news, and waits until one has some or none is likely to. */
  ask(): Promise<void>;
}

/** Of a page that shares nothing. */
export const alone: Tabs<never> = { lock: (task) => task(), tell() {}, ask: async () => {} };

/** How long a tab may hold the lock, in ms, before the others go on without it: it may be frozen. */
const patience = 5000;

/** How long others have to answer, in ms. Whoever held the lock before has told the news by itself; this is for what is late. */
const answerTime = 100;

/**
 * Joins the tabs that use this name. `hear` gets their news, and says whether it was new; `answer` is what to tell those who ask, if anything. Where
 * there is no lock between tabs (Node, old browsers), everyone is alone.
 */
export function joinTabs<T>(name: string, hear: (news: News<T>) => boolean, answer: () => News<T> | undefined): Tabs<T> {
  const locks = globalThis.navigator?.locks;
  let channel: BroadcastChannel;
  try {
    if (!locks) return alone;
    channel = new BroadcastChannel(name);
  } catch {
    return alone; // cookies are blocked, and channels with them (Firefox)
  }
  (channel as { unref?(): void }).unref?.(); // Node waits for open channels
  let answered: (() => void) | undefined;
  channel.onmessage = ({ data }: MessageEvent<News<T> | 0>) => {
    if (data) {
      if (hear(data)) answered?.();
      return;
    }
    const news = answer();
    if (news) channel.postMessage(news);
  };

  return {
    async lock(task) {
      let running = false;
      try {
        return await locks.request(name, { signal: limit(patience) }, () => {
          running = true;
          return task();
        });
      } catch (error) {
        if (running) throw error;
        return task();
      }
    },
    tell: (news) => channel.postMessage(news),
    ask: () =>
      new Promise((resolve) => {
        answered = resolve;
        channel.postMessage(0);
        setTimeout(resolve, answerTime);
      }),
  };
}
