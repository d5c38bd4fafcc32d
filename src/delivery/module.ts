import { defineModule } from '../kernel/module.js';
import { allowanceStream, operationsStream } from './events.js';

export default defineModule({ name: 'delivery', streams: [allowanceStream, operationsStream] });
