// Sends requests as they are given, however odd, over connections that are kept.
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

export interface Sent {
  method: string;
  /** As it stands in the request line. */
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer | undefined;
}

function decoded(bytes: Buffer, { 'content-encoding': coding }: IncomingHttpHeaders): Buffer {
  if (bytes.length === 0) return bytes;
  return coding === 'br' ? brotliDecompressSync(bytes) : coding === 'gzip' ? gunzipSync(bytes) : bytes;
}

/** Sends a request. Of an answer that does not end by itself, such as a stream's, only the beginning is waited for. */
export function send(address: string, { method, path, headers, body }: Sent): Promise<Answer> {
  const { hostname, port } = new URL(address);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const asked = request({ agent, hostname, port, method, path, headers: { ...length, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      const { statusCode: status = 0, headers: sent } = response;
      const done = () =>
        resolve({ status, headers: sent, text: decoded(Buffer.concat(chunks), sent).toString('utf8') });
      if (sent['content-type']?.startsWith('text/event-stream')) {
        response.destroy();
        return done();
      }
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', done).once('error', reject);
    });
    asked.setTimeout(60_000, () => asked.destroy(new Error('there was no answer within a minute')));
    asked.once('error', reject);
    asked.end(body);
  });
}
