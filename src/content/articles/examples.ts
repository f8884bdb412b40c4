// Bodies that run as they stand, for the document.

export const articleExample = {
  headline: 'Putin in Belarus for talks amid fears of new assault on Ukraine',
  deck: 'Moscow’s troops set out from Belarus in February.',
  language: 'en',
  desk: 'world',
  tags: ['belarus', 'russia', 'ukraine'],
  bylines: [{ name: 'Copydesk example desk' }],
  sources: [{ name: 'Reuters', kind: 'wire' }],
  dateline: { place: 'Minsk, Belarus', date: '2022-12-19' },
  sections: [
    {
      heading: null,
      blocks: [
        {
          type: 'image',
          image: {
            alt: 'Two men in dark coats walk side by side into a marble hall over a red carpet.',
            caption: 'Putin and Lukashenko arrive at the Palace of Independence in Minsk.',
            creditLine: 'Konstantin Zavrazhin/Sputnik/Reuters',
          },
        },
        {
          type: 'paragraph',
          text: 'Putin was in Minsk on Monday.',
          spans: [{ start: 0, end: 5, type: 'strong' }],
        },
      ],
    },
    {
      heading: 'Putin: ‘No interest in absorbing’ Belarus',
      blocks: [
        {
          type: 'quote',
          display: 'pull',
          quote: {
            text: 'Russia has no interest in absorbing anyone.',
            speaker: { name: 'Vladimir Putin', role: 'President' },
            context: 'Joint news conference in Minsk',
            saidAt: '2022-12-19',
          },
        },
        {
          type: 'embed',
          label: 'WATCH',
          embed: {
            kind: 'video',
            provider: 'CBC News',
            title: 'Putin admits to Russia’s difficulties in Eastern Ukraine',
            url: 'https://video.example/putin-admits-difficulties',
            duration: 'PT2M4S',
          },
        },
      ],
    },
  ],
};

export const articlePatchExample = { shortHeadline: 'Putin and Lukashenko meet in Minsk', deck: null };
