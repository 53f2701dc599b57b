import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

test('a reader that has gone is no failure', async () => {
  const child = spawn(process.execPath, ['src/main.ts', 'config', 'schema'], { stdio: ['ignore', 'pipe', 'pipe'] })
  const told: Buffer[] = []
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk))
  child.stdout.destroy()

  const [exitCode] = await once(child, 'close')

  expect({ exitCode, told: Buffer.concat(told).toString() }).toEqual({ exitCode: 0, told: '' })
})
