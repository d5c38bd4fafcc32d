import { INTAKE_REQUESTS } from './requests.js';

export const intake = { name: 'intake', requests: INTAKE_REQUESTS };
