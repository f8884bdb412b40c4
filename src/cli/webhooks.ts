// npm run webhooks: makes and looks after webhooks, and what they were sent, beside a running server or without one.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { UsageError } from '../command.js';
import { commandLine } from '../kernel/actor.js';
import { DomainError } from '../kernel/errors.js';
import { versionTag } from '../kernel/version-tags.js';
import { checked, runSubcommand, table, type Work, wholeList } from '../subcommands.js';
import { type Delivery, deliveryFilters, deliveryStates, ReplayRequest } from '../webhooks/deliveries/schemas.js';
import { type DeliveryService, deliveryService } from '../webhooks/deliveries/service.js';
import { overlapDefault, WebhookDraft, WebhookPatch, WebhookRotation, webhookEvents } from '../webhooks/schemas.js';
import { type WebhookService, webhookService } from '../webhooks/service.js';

const usage = `usage: npm run webhooks -- list
       npm run webhooks -- create --url URL [--event TYPE]… [--description TEXT]
       npm run webhooks -- change ID [--url URL] [--event TYPE]… [--description TEXT]
       npm run webhooks -- disable ID
       npm run webhooks -- enable ID
       npm run webhooks -- rotate ID [--overlap DURATION]
       npm run webhooks -- delete ID
       npm run webhooks -- ping ID
       npm run webhooks -- deliveries ID [--state ${deliveryStates.join('|')}] [--article ID]
       npm run webhooks -- replay ID DELIVERY
       npm run webhooks -- replay ID [--state delivered|dead]… [--from INSTANT] [--to INSTANT]`;

const help = `${usage}

list        lists webhooks, the last made first
create      makes a webhook; it is told of everything unless events are named
change      changes what is given, and nothing else
disable     sends it nothing more but pings
enable      sends it again, and what it has missed
rotate      makes a new secret; messages bear signatures by both for the overlap (${overlapDefault}; at most P7D)
delete      deletes it with all that it was or is to be sent
ping        has a message sent that tells of nothing, and waits for what comes of it
deliveries  lists what it was sent in the last 30 days, the last first
replay      has a message sent again, or those of a time; the dead ones unless states are named

TYPE is one of ${webhookEvents.join(', ')}.
A secret is the last line that is printed. It is told only then.
INSTANT is a time such as 2027-01-31T12:00:00Z, DURATION days, hours, minutes and seconds as ISO 8601 has them: PT36H, P2D.
Messages are sent by a running server. WEBHOOK_PRIVATE_HOSTS holds here as it does there.
The exit code is 0 when it is done, 1 when it cannot be done, 2 when the command is wrong.`;

interface Values {
  url?: string;
  event?: string[];
  description?: string;
  overlap?: string;
  state?: string[];
  article?: string;
  from?: string;
  to?: string;
}
interface Services {
  webhooks: WebhookService;
  deliveries: DeliveryService;
}
type Named = readonly string[];

/** How long a ping may take: the longest that a receiver is waited for, and a look at what is due. */
const pingMs = 65_000;
const lookMs = 100;

function planList(): Work<Services> {
  return async ({ webhooks }) => {
    const rows = (await wholeList(webhooks.list)).map(({ id, state, disabledReason, events, url, description }) => [
      id,
      disabledReason ? `${state} (${disabledReason})` : state,
      events.length === webhookEvents.length ? 'all' : events.map((type) => type.replace('article.', '')).join(','),
      url,
      description ?? '',
    ]);
    return table(['ID', 'STATE', 'EVENTS', 'URL', 'DESCRIPTION'], rows);
  };
}

function planCreate({ url, event, description }: Values): Work<Services> {
  const draft = checked(WebhookDraft, { url, events: event, description });
  return async ({ webhooks }) => {
    const { id, version, secret } = await webhooks.create(draft, commandLine);
    const takeBack = async () => {
      await webhooks.remove(id, versionTag(version), commandLine);
      return `Since nobody knows its secret, webhook ${id} is deleted.`;
    };
    return { lines: [`Webhook ${id} for ${draft.url}. Its secret is shown only now:`, secret], takeBack };
  };
}

function planChange({ url, event, description }: Values, named: Named): Work<Services> {
  const given = Object.entries({ url, events: event, description }).filter(([, value]) => value !== undefined);
  return change(checked(WebhookPatch, Object.fromEntries(given)), named, 'changed');
}

/** Changes a webhook from the version that it has now. */
function change(body: z.output<typeof WebhookPatch>, [id = '']: Named, done: string): Work<Services> {
  return async ({ webhooks }) => {
    const { version } = await webhooks.get(id);
    const { url } = await webhooks.patch(id, body, versionTag(version), commandLine);
    return [`Webhook ${id} for ${url} is ${done}.`];
  };
}

function planRotate({ overlap }: Values, [id = '']: Named): Work<Services> {
  const rotation = checked(WebhookRotation, { overlap });
  return async ({ webhooks }) => {
    const { version } = await webhooks.get(id);
    const { url, formerSecretUntil, secret } = await webhooks.rotate(id, rotation, versionTag(version), commandLine);
    const former = formerSecretUntil
      ? `messages bear signatures by the former as well until ${formerSecretUntil}`
      : 'the former is good no more';
    const lines = [`Webhook ${id} for ${url} has a new secret; ${former}. It is shown only now:`, secret];
    // The former cannot be brought back as the only one, so what is to be done is said.
    const takeBack = async () => `Webhook ${id} has a new secret that nobody knows; ${former}. Rotate it once more.`;
    return { lines, takeBack };
  };
}

function planDelete(_values: Values, [id = '']: Named): Work<Services> {
  return async ({ webhooks }) => {
    const { version, url } = await webhooks.get(id);
    await webhooks.remove(id, versionTag(version), commandLine);
    return [`Webhook ${id} for ${url} is deleted.`];
  };
}

function planPing(_values: Values, [id = '']: Named): Work<Services> {
  return async ({ deliveries }) => {
    const end = Date.now() + pingMs;
    let ping = await deliveries.ping(id, commandLine);
    while (ping.state === 'waiting' && Date.now() < end) {
      await sleep(lookMs);
      ping = await deliveries.get(id, ping.id);
    }
    if (ping.state === 'delivered') return [`${ping.id} is delivered: ${outcomeOf(ping)}.`];
    const why = ping.state === 'dead' ? outcomeOf(ping) : 'no server has sent it yet';
    throw new DomainError('unavailable', `${ping.id} is not delivered: ${why}.`);
  };
}

function planDeliveries({ state = [], article }: Values, [id = '']: Named): Work<Services> {
  const [only, another] = state;
  if (another !== undefined) throw new UsageError('deliveries takes one --state.');
  const filters = checked(z.object(deliveryFilters), { state: only, article });
  return async ({ webhooks, deliveries }) => {
    await webhooks.get(id);
    const found = await wholeList((at) => deliveries.list(id, { ...at, ...filters }));
    const rows = found.map((one) => [
      one.id,
      one.state,
      one.type,
      one.at,
      String(one.attempts.length),
      outcomeOf(one),
      one.articleId ?? '',
    ]);
    return table(['ID', 'STATE', 'TYPE', 'AT', 'ATTEMPTS', 'LAST', 'ARTICLE'], rows);
  };
}

/** What came of the last attempt. */
function outcomeOf({ attempts }: Delivery): string {
  const last = attempts.at(-1);
  if (!last) return 'not sent yet';
  return [last.status ?? last.error, `in ${last.durationMs} ms`].join(' ');
}

function planReplay({ state: states, from, to }: Values, [id = '', delivery]: Named): Work<Services> {
  const request = checked(ReplayRequest, { states, from, to });
  if (delivery !== undefined && (states ?? from ?? to) !== undefined)
    throw new UsageError('replay takes a delivery, or --state, --from and --to for those of a time.');
  return async ({ deliveries }) => {
    if (delivery === undefined) {
      const { count } = await deliveries.replayAll(id, request, commandLine);
      return [`${count} ${count === 1 ? 'message is' : 'messages are'} sent again.`];
    }
    const { type } = await deliveries.replay(id, delivery, commandLine);
    return [`${delivery} (${type}) is sent again.`];
  };
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;

await runSubcommand<Values, Services>({
  usage,
  help,
  options: {
    url: text,
    event: texts,
    description: text,
    overlap: text,
    state: texts,
    article: text,
    from: text,
    to: text,
  },
  commands: {
    list: { options: [], takes: [], plan: planList },
    create: { options: ['url', 'event', 'description'], takes: [], plan: planCreate },
    change: { options: ['url', 'event', 'description'], takes: ['webhook'], plan: planChange },
    disable: {
      options: [],
      takes: ['webhook'],
      plan: (_values, named) => change({ state: 'disabled' }, named, 'disabled'),
    },
    enable: {
      options: [],
      takes: ['webhook'],
      plan: (_values, named) => change({ state: 'enabled' }, named, 'enabled'),
    },
    rotate: { options: ['overlap'], takes: ['webhook'], plan: planRotate },
    delete: { options: [], takes: ['webhook'], plan: planDelete },
    ping: { options: [], takes: ['webhook'], plan: planPing },
    deliveries: { options: ['state', 'article'], takes: ['webhook'], plan: planDeliveries },
    replay: { options: ['state', 'from', 'to'], takes: ['webhook', 'delivery'], spare: 1, plan: planReplay },
  },
  optionOf: { '/events': '--event', '/states': '--state' },
  open: (store, clock, config) => ({
    webhooks: webhookService(store, clock, config.webhooks.privateHosts),
    deliveries: deliveryService(store, clock),
  }),
});
