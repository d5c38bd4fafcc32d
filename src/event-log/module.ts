import { defineModule } from '../kernel/module.js';
import { keyStream, clockStream, storeStream } from './events.js';

export default defineModule({ name: 'event-log', streams: [keyStream, clockStream, storeStream] });
