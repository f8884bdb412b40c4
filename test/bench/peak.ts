// Imported before a command, has it tell its parent at its end what it has used.
process.on('exit', () => {
  const { maxRSS, userCPUTime } = process.resourceUsage();
  process.send?.({ peakBytes: maxRSS * 1024, userSeconds: userCPUTime / 1e6 });
});
// A channel to the parent would keep the command from ending.
process.channel?.unref();
