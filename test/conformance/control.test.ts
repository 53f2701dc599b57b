import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openControlServer } from '../../src/api/control-server.ts'
import { createRemoteControl } from '../../src/cli/remote-control.ts'
import { controlSocket } from '../../src/contract/control.ts'
import { createLog } from '../../src/lib/log.ts'
import { controlKit } from './control-kit.ts'

controlKit('in the same process', async (control) => ({ control, close: async () => {} }))

controlKit('over the socket of a service', async (control) => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-control-'))
  const server = await openControlServer({ control, folder, log: createLog('error', 'plain', () => {}) })
  return {
    control: createRemoteControl(controlSocket(folder)),
    async close() {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
})
