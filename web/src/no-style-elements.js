// Replaces react-style-singleton, with which dialogs add a <style> element that keeps the page behind them from
// scrolling. The policy forbids such elements, and this page never scrolls.
export const styleSingleton = () => () => null;
