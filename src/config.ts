// The only reader of the environment. Every setting has a default.
import { isIP } from 'node:net';
import { totalmem } from 'node:os';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

const MB = 1024 * 1024;

const webAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((value) => value.replace(/\/+$/, ''));
const list = z
  .string()
  .default('')
  .transform((value) => value.split(',').flatMap((item) => item.trim() || []));
const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, { error: `must be a whole number from ${min} to ${max}` })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: `must be a whole number from ${min} to ${max}` });

/** Which proxies are believed who a client is; undefined for what says nothing of that kind. */
function proxies(value: string): false | number | string[] | undefined {
  if (value === 'false') return false;
  // The nearest alone: what stands before it in X-Forwarded-For may have come from the client.
  if (value === 'true') return 1;
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  const addresses = value.split(',').map((item) => item.trim());
  return addresses.every(isAddressOrNetwork) ? addresses : undefined;
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  return isIP(address) !== 0 && (bits === undefined || ipaddr.isValidCIDR(text));
}

const Settings = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'], { error: 'must be development, test or production' })
    .default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/[^/]+\/[^/?]+/, { error: 'must be postgres://USER:PASSWORD@HOST:PORT/DATABASE' })
    .optional(),
  READ_DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/([^/]*@)?[^/,@]+\/[^/?]+/, {
      error: 'must be postgres://USER:PASSWORD@HOST:PORT/DATABASE, of one host',
    })
    .optional(),
  DATABASE_CONNECTIONS: wholeNumber(2, 1000).default(10),
  WORKERS: wholeNumber(1, 256).default(1),
  PUBLIC_URL: webAddress.optional(),
  STORY_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .refine((value) => /\{(slug|id)\}/.test(value), { error: 'must have {slug} or {id} where a story’s goes' })
    .optional(),
  PREVIEW_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .refine((value) => value.includes('{token}'), { error: 'must have {token} where the token of a link goes' })
    .optional(),
  SITE_NAME: z.string().default('Copydesk'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'must be trace, debug, info, warn, error, fatal or silent',
    })
    .default('info'),
  LOG_REQUESTS: z.enum(['some', 'all'], { error: 'must be some or all' }).default('some'),
  S3_BUCKET: z.string().optional(),
  S3_PREFIX: z.string().default(''),
  S3_REGION: z.string().default('us-east-1'),
  S3_ENDPOINT: webAddress.optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  UPLOAD_MB: wholeNumber(1, 2048).default(50),
  SNAPSHOT_CACHE_MB: wholeNumber(0, 1_048_576).optional(),
  STREAM_LISTENERS_MAX: wholeNumber(0, 100_000).default(1000),
  EVENT_LOOP_DELAY_MAX_MS: wholeNumber(0, 600_000).default(1000),
  WEBHOOK_TIMEOUT_MS: wholeNumber(10, 60_000).default(15_000),
  WEBHOOK_PRIVATE_HOSTS: list,
  METRICS_HOST: z.string().default('127.0.0.1'),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  RATE_LIMIT_KEY: wholeNumber(0, 999_999_999).default(6000),
  RATE_LIMIT_ADDRESS: wholeNumber(0, 999_999_999).default(0),
  RATE_LIMIT_FAILED_KEYS: wholeNumber(0, 999_999_999).default(60),
  TRUST_PROXY: z
    .string()
    .default('false')
    .transform(proxies)
    .refine((value) => value !== undefined, {
      error: 'must be false, true, how many proxies there are, or their addresses and networks, separated by commas',
    })
    .transform((value) => value ?? false),
  CORS_ORIGINS: list,
});

/** Every variable that is read. */
export const settingNames = Object.keys(Settings.shape);

export interface Config {
  isProduction: boolean;
  host: string;
  port: number;
  dataDir: string;
  /** The PostgreSQL database; a file in `dataDir` when there is none. */
  database:
    | {
        url: string;
        connections: number;
        /** Of a replica that readers are served from. */
        replicaUrl: string | undefined;
      }
    | undefined;
  /** How many processes serve; one does so by itself. */
  workers: number;
  /** Where readers reach the server; the address it listens at when unset. */
  publicUrl: string | undefined;
  /** Where the front end shows a story, with `{slug}`, `{id}` and `{language}` where those go. */
  storyUrl: string | undefined;
  /** Where the front end shows a preview, with `{token}`, `{id}`, `{slug}` and `{language}` where those go. */
  previewUrl: string | undefined;
  /** Who publishes. */
  siteName: string;
  logLevel: z.output<typeof Settings>['LOG_LEVEL'];
  /** Whether successful delivery reads are logged as well. */
  logsEveryRequest: boolean;
  /** Where uploaded files are kept when not in `dataDir`. */
  s3:
    | {
        bucket: string;
        prefix: string;
        region: string;
        endpoint: string | undefined;
        credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
      }
    | undefined;
  /** How large a picture file may be. */
  uploadBytesMax: number;
  snapshotCacheBytesMax: number;
  /** How many may listen to the stream at once, of one process. */
  streamListenersMax: number;
  /** Mean delay of the event loop, over a second, beyond which requests are refused rather than left to wait; 0 for never. */
  eventLoopDelayMaxMs: number;
  webhooks: {
    /** How long a receiver has to answer. */
    timeoutMs: number;
    /** Names of hosts, and addresses, that may be private and plain http. */
    privateHosts: string[];
  };
  /** Where monitoring reads how the server does: nowhere, unless a port is set. */
  metrics: { host: string; port: number } | undefined;
  /** How often clients may ask, a minute; 0 for as often as they like. */
  rateLimits: { perKey: number; perAddress: number; failedKeys: number };
  /** Whose X-Forwarded-For is believed: so many proxies, or those at the addresses. */
  trustProxy: false | number | string[];
  /** Origins whose pages may call the Management API. */
  corsOrigins: string[];
}

/** A setting is wrong. The message names each, one a line. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Reads the settings. An empty variable counts as unset. @throws ConfigError */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Readonly<Config> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = Settings.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => {
      const name = String(path[0]);
      // It may have a password in it.
      return name.endsWith('DATABASE_URL')
        ? `${name} ${message}`
        : `${name} ${message} (it is ${JSON.stringify(given[name])})`;
    });
    throw new ConfigError(wrong.join('; '));
  }
  const settings = parsed.data;
  return Object.freeze({
    isProduction: settings.NODE_ENV === 'production',
    host: settings.HOST,
    port: settings.PORT,
    dataDir: settings.DATA_DIR,
    database: databaseOf(settings),
    workers: settings.WORKERS,
    publicUrl: settings.PUBLIC_URL,
    storyUrl: settings.STORY_URL,
    previewUrl: settings.PREVIEW_URL,
    siteName: settings.SITE_NAME,
    logLevel: settings.LOG_LEVEL,
    logsEveryRequest: settings.LOG_REQUESTS === 'all',
    s3: s3Of(settings),
    uploadBytesMax: settings.UPLOAD_MB * MB,
    snapshotCacheBytesMax:
      settings.SNAPSHOT_CACHE_MB === undefined ? cacheBytesDefault(settings.WORKERS) : settings.SNAPSHOT_CACHE_MB * MB,
    streamListenersMax: settings.STREAM_LISTENERS_MAX,
    eventLoopDelayMaxMs: settings.EVENT_LOOP_DELAY_MAX_MS,
    webhooks: { timeoutMs: settings.WEBHOOK_TIMEOUT_MS, privateHosts: settings.WEBHOOK_PRIVATE_HOSTS },
    metrics:
      settings.METRICS_PORT === undefined ? undefined : { host: settings.METRICS_HOST, port: settings.METRICS_PORT },
    rateLimits: {
      perKey: settings.RATE_LIMIT_KEY,
      perAddress: settings.RATE_LIMIT_ADDRESS,
      failedKeys: settings.RATE_LIMIT_FAILED_KEYS,
    },
    trustProxy: settings.TRUST_PROXY,
    corsOrigins: settings.CORS_ORIGINS,
  });
}

/** For all processes together a quarter of the memory that there is. */
function cacheBytesDefault(workers: number): number {
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(64 * MB, Math.floor(memory / 4 / workers));
}

function databaseOf(settings: z.output<typeof Settings>): Config['database'] {
  const { DATABASE_URL: url, READ_DATABASE_URL: replicaUrl, DATABASE_CONNECTIONS: connections } = settings;
  if (url === undefined && replicaUrl !== undefined)
    throw new ConfigError('READ_DATABASE_URL goes with DATABASE_URL, which is not set');
  return url === undefined ? undefined : { url, connections, replicaUrl };
}

function s3Of(settings: z.output<typeof Settings>): Config['s3'] {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = settings;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
    throw new ConfigError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY go together; one of them is not set');
  if (bucket === undefined) return undefined;
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
  return {
    bucket,
    prefix: settings.S3_PREFIX,
    region: settings.S3_REGION,
    endpoint: settings.S3_ENDPOINT,
    credentials,
  };
}
