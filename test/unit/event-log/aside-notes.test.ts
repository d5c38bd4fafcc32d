import { describeAsideNotes } from '../../contracts/aside-notes.js';
import { MemoryAsideNotes } from '../../support/memory-aside.js';

describeAsideNotes('in memory, as the unit tests use it', () => Promise.resolve(new MemoryAsideNotes()));
