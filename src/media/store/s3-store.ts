// Files in a bucket of any service that speaks S3. What the SDK costs to load is paid only by who uses it.
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { DomainError } from '../../kernel/errors.js';
import { FileMissing, type FileStore, type KeptFile } from './file-store.js';

export interface S3Options {
  bucket: string;
  /** What the names of the files begin with. */
  prefix: string;
  region: string;
  /** Of a service that is not Amazon's. */
  endpoint: string | undefined;
  /** Those that the SDK finds by itself when left out. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Where files are put while they are worked on. */
  folder: string;
}

const sdk = () => import('@aws-sdk/client-s3');

export function s3Store({ bucket, prefix, region, endpoint, credentials, folder }: S3Options): FileStore {
  const place = `the bucket ${bucket}`;
  let opening: Promise<S3Client> | undefined;

  const client = () => {
    opening ??= sdk().then(
      ({ S3Client: Client }) =>
        new Client({
          region,
          ...(credentials && { credentials }),
          // Services of others seldom give each bucket a name of its own, and know few of the newer checksums.
          ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }),
    );
    return opening;
  };

  const nameOf = (sha256: string) => ({ Bucket: bucket, Key: `${prefix}${sha256}` });

  async function fetch(sha256: string, path: string): Promise<void> {
    const { GetObjectCommand } = await sdk();
    const { Body } = await (await client()).send(new GetObjectCommand(nameOf(sha256)));
    await pipeline(Body as Readable, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  }

  return {
    place,
    async put(sha256, path) {
      const { PutObjectCommand } = await sdk();
      const { size } = await stat(path);
      const sent = { ...nameOf(sha256), Body: createReadStream(path), ContentLength: size };
      await reached(place, sha256, (await client()).send(new PutObjectCommand(sent)));
    },
    async withFile(sha256, use) {
      await mkdir(folder, { recursive: true });
      const path = join(folder, randomUUID());
      try {
        await reached(place, sha256, fetch(sha256, path));
        return await use(path);
      } finally {
        await rm(path, { force: true });
      }
    },
    async has(sha256) {
      const { HeadObjectCommand } = await sdk();
      const asked = reached(place, sha256, (await client()).send(new HeadObjectCommand(nameOf(sha256))));
      return asked.then(
        () => true,
        (error) => {
          if (error instanceof FileMissing) return false;
          throw error;
        },
      );
    },
    async *list(): AsyncIterable<KeptFile> {
      const { paginateListObjectsV2 } = await sdk();
      const pages = paginateListObjectsV2({ client: await client() }, { Bucket: bucket, Prefix: prefix });
      for await (const { Contents = [] } of pages) {
        for (const { Key = '', Size = 0, LastModified } of Contents) {
          const sha256 = Key.slice(prefix.length);
          // What is not ours in the bucket is left alone.
          if (!/^[0-9a-f]{64}$/.test(sha256)) continue;
          yield { sha256, bytes: Size, modifiedAt: LastModified ?? new Date() };
        }
      }
    },
    async remove(sha256) {
      const { DeleteObjectCommand } = await sdk();
      await reached(place, sha256, (await client()).send(new DeleteObjectCommand(nameOf(sha256))));
    },
  };
}

/** @throws FileMissing, `unavailable` when the service does not do what it is asked for */
async function reached<Answer>(place: string, sha256: string, asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
  } catch (error) {
    const { name } = error as Error;
    if (name === 'NoSuchKey' || name === 'NotFound') throw new FileMissing(sha256, place);
    throw new DomainError('unavailable', 'The files of the pictures cannot be reached at the moment.', {
      cause: error,
    });
  }
}
