import { defineModule } from '../kernel/module.js';
import { taskStream } from './events.js';

export default defineModule({ name: 'tasks', streams: [taskStream] });
