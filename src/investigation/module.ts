import { QUESTIONS } from './requests.js';

export const investigation = { name: 'investigation', requests: QUESTIONS };
