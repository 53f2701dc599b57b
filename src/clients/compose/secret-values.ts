import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { soundsSecret } from '../../lib/secret-name.ts'
import type { ComposeProject } from './project.ts'

/**
 * Values of those variables in the project's environment files whose names sound secret. Compose repeats values in its
 * errors; names that say nothing are left alone, so that an error about a tag still shows the tag.
 */
export async function readSecretValues(project: ComposeProject): Promise<readonly string[]> {
  const files = project.envFiles.length > 0 ? project.envFiles : [join(project.projectDirectory, '.env')]
  // A file that cannot be read is Compose's to complain of.
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return texts.flatMap((text) => text.split(/\r?\n/)).flatMap(secretValue)
}

function secretValue(text: string): readonly string[] {
  const [, name = '', value = ''] = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*(.*?)\s*$/.exec(text) ?? []
  const [, , inner = value] = /^(['"])(.*)\1/.exec(value) ?? []
  return soundsSecret(name) && inner !== '' ? [inner] : []
}
