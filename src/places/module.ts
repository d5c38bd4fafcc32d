import { defineModule } from '../kernel/module.js';
import { placeStream, placeKindsStream } from './events.js';

export default defineModule({ name: 'places', streams: [placeStream, placeKindsStream] });
