import { defineModule } from '../kernel/module.js';
import { caseStream, profilesStream } from './events.js';

export default defineModule({ name: 'cases', streams: [caseStream, profilesStream] });
