// Runs with every test file.
import { afterAll } from 'vitest';
import { tidyUp } from './support/processes.js';

afterAll(tidyUp);
