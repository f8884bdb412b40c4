/** What a key may do; each role may do all that the ones before it may. */
export const roles = ['viewer', 'editor', 'publisher', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who does something: the key that was used, and the person whom the tool names in X-Actor. */
export interface Actor {
  key: string | null;
  person: string | null;
  role: Role;
}

/** Whoever works at the machine itself. */
export const commandLine: Actor = { key: null, person: null, role: 'admin' };

export function mayActAs(actor: Actor, role: Role): boolean {
  return roles.indexOf(actor.role) >= roles.indexOf(role);
}
