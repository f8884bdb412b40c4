/** The guides by the last step of their address, with the heading that each has in README. */
export const guideTitles = {
  reader: 'Reader’s guide',
  editor: 'Editor’s guide',
  operator: 'Operator’s guide',
} as const;
