import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { useConfigFolder } from '../fakes/config-folder.ts'

const examples = join(import.meta.dirname, '../../examples')
const names = (await readdir(examples)).filter((name) => /\.(ya?ml|json)$/.test(name))
const { load, problems } = useConfigFolder()

test('there is an example', () => {
  expect(names).toContain('longshore.yml')
})

test.each(names)('examples/%s is accepted once its secrets are there', async (name) => {
  const text = await readFile(join(examples, name), 'utf8')

  const config = await load(text.replaceAll(/\$\{file:[^}]*\}/g, 'a-password'))

  expect(config.file).not.toBeNull()
})

test('the example names the secret that is missing', async () => {
  const text = await readFile(join(examples, 'longshore.yml'), 'utf8')

  expect(await problems(text)).toEqual([expect.stringContaining('/run/secrets/registry-password')])
})
