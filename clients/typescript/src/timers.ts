/** A signal that aborts after so many ms, or with the controller. AbortSignal.timeout does the same, but is not there on phones (React Native). */
export function limit(ms: number, controller = new AbortController()): AbortSignal {
  background(() => controller.abort(), ms);
  return controller.signal;
}

/** A timer for which a program in Node does not wait. */
export function background(task: () => void, ms: number) {
  const timer = setTimeout(task, ms);
  (timer as { unref?(): void }).unref?.();
  return timer;
}
