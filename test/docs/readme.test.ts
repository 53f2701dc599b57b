import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configSchema } from '../../src/config/schema.ts'

const readme = readFileSync('README.md', 'utf8')
const documents = globSync('**/*.md', { exclude: (path) => /(^|\/)(node_modules|dist|\.git)$/.test(path) })

describe('the README', () => {
  test('gives the two commands that set everything up, and CI calls the second word for word', () => {
    expect(readme).toContain('npm ci && npm run demo\n')
    expect(readme).toContain('npm ci && npm test\n')
    expect(readFileSync('.ci/run', 'utf8').split('\n')).toContain('npm ci && npm test')
  })

  test('shows a configuration that is accepted', () => {
    const [, example = ''] = readme.match(/^```yaml\n([^]*?)^```/m) ?? []

    expect(configSchema.safeParse(parse(example))).toMatchObject({ success: true })
  })
})

describe('the documents', () => {
  test.each(documents)('%s names only npm scripts that exist', (document) => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
    const text = readFileSync(document, 'utf8')
    const code = [...text.matchAll(/^```.*\n([^]*?)^```|`([^`\n]+)`/gm)].map(
      ([, block, inline]) => block ?? inline ?? '',
    )
    const named = code.flatMap((each) => [...each.matchAll(/\bnpm (?:run (?:-s )?([\w:-]+)|(test)\b)/g)])

    expect(named.map(([, script, short]) => script ?? short ?? '').filter((script) => !(script in scripts))).toEqual([])
  })

  test.each(documents)('%s links only to files that exist', (document) => {
    const text = readFileSync(document, 'utf8').replaceAll(/^```[^]*?^```/gm, '')
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link.replace(/#.*$/, ''))
    const relative = targets.filter((link) => link !== '' && !/^[a-z]+:/.test(link))

    expect(relative.filter((link) => !existsSync(join(dirname(document), link)))).toEqual([])
  })
})
