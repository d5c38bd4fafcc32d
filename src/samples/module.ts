import { defineModule } from '../kernel/module.js';
import { sampleStream } from './events.js';

export default defineModule({ name: 'samples', streams: [sampleStream] });
