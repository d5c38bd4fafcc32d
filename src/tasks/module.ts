import { defineModule } from '../kernel/module.js';
import { TASK_REQUESTS } from './requests.js';

export const tasks = defineModule({
  name: 'tasks',
  requests: TASK_REQUESTS,
  components: async () => ({
    streams: (await import('./events.js')).STREAMS,
    problems: (await import('./problems.js')).PROBLEMS,
    projections: async (zone: string) => {
      const { tasksIn } = await import('../../projections/tasks.js');
      return [tasksIn((await import('../platform/calendar.js')).calendarOf(zone))];
    },
  }),
});
