import { join } from 'node:path'
import { rolldown } from 'rolldown'

/** Makes one file of a script, as the release is made: reading TypeScript would count as the product's own time and memory. */
export async function bundle(script: string, folder: string): Promise<string> {
  const file = join(folder, `${script.replace(/^.*\//, '').replace(/\.ts$/, '')}.mjs`)
  const bundled = await rolldown({ input: script, platform: 'node', cwd: join(import.meta.dirname, '../..') })
  await bundled.write({ file, format: 'esm', codeSplitting: false })
  await bundled.close()
  return file
}
