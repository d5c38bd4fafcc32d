import { defineModule } from '../kernel/module.js';
import { presenceStream } from './events.js';

export default defineModule({ name: 'presence', streams: [presenceStream] });
