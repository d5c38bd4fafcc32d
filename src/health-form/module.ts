import { defineModule } from '../kernel/module.js';
import { answersStream } from './events.js';

export default defineModule({ name: 'health-form', streams: [answersStream] });
