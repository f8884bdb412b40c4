import fc from 'fast-check';
import { seed } from '../support/rounds.js';

fc.configureGlobal({ seed });
