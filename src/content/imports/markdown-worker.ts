// A thread that parses one text.
import { parentPort, workerData } from 'node:worker_threads';
import { parseMarkdown } from './markdown-tree.js';

parentPort?.postMessage(parseMarkdown(workerData as string));
