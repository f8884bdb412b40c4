/**
 * The advisory locks that processes on one database keep one another out by; arbitrary numbers of this program. Whoever commits
 * holds `commit` from before its first statement until what it wrote can be seen: so guards hold up to the commit, and sequences
 * are handed out in the order in which they come to be seen.
 */
export const locks = { migration: 6_100_100_001, commit: 6_100_100_002 } as const;
