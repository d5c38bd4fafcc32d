import { defineModule } from '../kernel/module.js';
import { reminderStream } from './events.js';

export default defineModule({ name: 'reminders', streams: [reminderStream] });
