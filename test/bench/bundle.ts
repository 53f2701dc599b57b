import { basename, join } from 'node:path'
import { bundleForRelease } from '../../scripts/release-bundle.ts'

/** Makes of a script what the release is made of: reading TypeScript would count as the product's own time and memory. */
export async function bundle(script: string, folder: string): Promise<string> {
  const name = basename(script, '.ts')
  const dir = join(folder, `${name}-bundle`)
  await bundleForRelease({ scripts: { [name]: script }, cwd: join(import.meta.dirname, '../..'), dir })
  return join(dir, `${name}.js`)
}
