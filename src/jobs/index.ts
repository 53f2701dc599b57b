import { createLocalQueue } from './local.ts'

/** Every kind of queue, by its name. */
export const queues = { local: createLocalQueue } as const
