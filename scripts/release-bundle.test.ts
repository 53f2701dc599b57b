import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bundleForRelease } from './release-bundle.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-bundle-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('starts what runs on a thread of its own from wherever it was bundled to', async () => {
  const files = {
    'main.ts': "await (await import('./ask.ts')).ask()",
    'ask.ts': `import { Worker } from 'node:worker_threads'
      export const ask = () => new Worker(new URL('./answer-thread.ts', import.meta.url)).once('message', console.log)`,
    'answer-thread.ts': "import { parentPort } from 'node:worker_threads'\nparentPort.postMessage('it runs')",
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const dir = join(folder, 'dist')

  await bundleForRelease({ scripts: { main: join(folder, 'main.ts') }, cwd: folder, dir })
  for (const name of Object.keys(files)) rmSync(join(folder, name))

  expect(execFileSync(process.execPath, [join(dir, 'main.js')], { encoding: 'utf8' })).toBe('it runs\n')
})
