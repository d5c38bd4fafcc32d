import { defineModule } from '../kernel/module.js';
import { alertStream, brakeStream, recipientStream } from './events.js';

export default defineModule({ name: 'alerting', streams: [alertStream, brakeStream, recipientStream] });
