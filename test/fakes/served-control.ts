import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openControlServer } from '../../src/api/control-server.ts'
import type { FollowedControl } from '../../src/app/answers/read-progress.ts'
import { createLog } from '../../src/lib/log.ts'

/**
 * A state folder at whose socket a control answers, until the test has finished or `close` is called.
 * @param stateFolder one of its own unless given
 */
export async function serveControl(
  control: FollowedControl,
  stateFolder = mkdtempSync(join(tmpdir(), 'longshore-served-')),
) {
  const server = await openControlServer({ control, folder: stateFolder, log: createLog('error', 'plain', () => {}) })
  onTestFinished(async () => {
    await server.close()
    rmSync(stateFolder, { recursive: true, force: true })
  })
  return { stateFolder, close: () => server.close() }
}
