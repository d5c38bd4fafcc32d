import { defineModule } from '../kernel/module.js';
import { personStream } from './events.js';

export default defineModule({ name: 'people', streams: [personStream] });
