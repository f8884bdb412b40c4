// A thread that parses one text.
import { parentPort, workerData } from 'node:worker_threads';
import { parse } from './markdown-tree.js';

parentPort?.postMessage(parse(workerData as string));
