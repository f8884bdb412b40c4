// Pictures of the example story, as readers get them: one that is kept, and how long each format takes to be made.
const image = '/v1/images/01852a5c-1c40-7b3e-9a51-4d2f8e6c0b17';
const shapes = ['full', '4x3', '3x2', '16x9'];

async function templateOf(address: string): Promise<string> {
  const answer = (await (await fetch(address + image)).json()) as { data: { renditions: { template: string } } };
  return answer.data.renditions.template;
}

function at(template: string, shape: string, width: number, format: string): string {
  return template.replace('{shape}', shape).replace('{width}', String(width)).replace('{format}', format);
}

/** Where a picture is that has been made. */
export async function warmPicture(address: string): Promise<string> {
  const path = at(await templateOf(address), 'full', 640, 'webp');
  await (await fetch(address + path)).arrayBuffer();
  return path;
}

/** How long the first request for a picture of 1,280 pixels takes in each format, in milliseconds: the median of four shapes. */
export async function measureColdPictures(address: string): Promise<Record<string, number>> {
  const template = await templateOf(address);
  const times: Record<string, number> = {};
  for (const format of ['jpg', 'png', 'webp', 'avif']) {
    const took: number[] = [];
    for (const shape of shapes) {
      const before = performance.now();
      const answer = await fetch(address + at(template, shape, 1280, format));
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${shape} as ${format} is ${answer.status}`);
      took.push(performance.now() - before);
    }
    times[format] = Math.round(took.toSorted((a, b) => a - b)[Math.floor(took.length / 2)] ?? Number.NaN);
  }
  return times;
}
