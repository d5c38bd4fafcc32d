import { defineModule } from '../kernel/module.js';
import { setAsideStream } from './events.js';

export default defineModule({ name: 'operations', streams: [setAsideStream] });
