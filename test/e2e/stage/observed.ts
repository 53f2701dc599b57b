import { once } from 'node:events'
import { configJsonSchema } from '../../../src/config/json-schema.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { runProcess } from '../../../src/cli/run-process.ts'
import { loadPolicy } from '../../../src/wire-policies.ts'
import { cancelMoveFrom, moveBetween, openState } from '../../../src/wire-state.ts'
import { openApp } from '../../../src/wiring.ts'

/** The command as `main.ts` starts it, but that it stops at each moment of a journal until the test says to go on. */
await runProcess({
  openApp: (options) =>
    openApp({
      ...options,
      onJournal: async (moment) => {
        const answered = once(process, 'message')
        process.send?.(moment)
        await answered
      },
    }),
  openState,
  moveState: moveBetween,
  cancelMove: cancelMoveFrom,
  loadConfig,
  configSchema: async () => configJsonSchema(),
  loadPolicy,
})
