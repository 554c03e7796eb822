// The first that matches counts: browsers claim to be all their predecessors.
const browsers = { Edg: 'Edge', OPR: 'Opera', Firefox: 'Firefox', FxiOS: 'Firefox', CriOS: 'Chrome', Chrome: 'Chrome', Safari: 'Safari' };
const systems = { iPhone: 'iPhone', iPad: 'iPad', Android: 'Android', CrOS: 'ChromeOS', Windows: 'Windows', Macintosh: 'Mac', Linux: 'Linux' };

/** What people call the device behind a User-Agent. */
export function device(userAgent: string | null) {
  const find = (names: Record<string, string>) => Object.entries(names).find(([mark]) => userAgent?.includes(mark))?.[1];
  const known = [find(browsers), find(systems)].filter(Boolean).join(' on ');
  return known || userAgent || 'Unknown device';
}
