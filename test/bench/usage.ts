/** Tells the parent process where this one listens, and from then on, whenever asked, what it has used. */
export function report(hello: { address: string; key?: string }): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system, rssBytes: process.memoryUsage.rss() });
  });
  process.on('disconnect', () => process.exit());
  process.send?.(hello);
}
