import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Source {
  /** Fields of one stanza, in the order they were read, without what is about suites. */
  readonly fields: ReadonlyMap<string, string>
  readonly suites: readonly string[]
}

/**
 * The machine's own Debian sources, and another release of Debian from the same mirror.
 *
 * @param folder usually `/etc/apt`
 * @param codename of the release that the machine runs
 * @param other codename of the other release
 * @returns one deb822 file; undefined when the machine has no such source, and so is no Debian
 */
export function describeSources(folder: string, codename: string, other = 'trixie'): string | undefined {
  const sources = readSources(folder)
    .map(({ fields, suites }) => ({ fields, suites: suites.filter((suite) => suite.startsWith(codename)) }))
    .filter(({ fields, suites }) => suites.length > 0 && (fields.get('Components') ?? '').split(' ').includes('main'))
  const main = sources.find(({ suites }) => suites.includes(codename))
  if (main === undefined || !/debian/i.test(main.fields.get('URIs') ?? '')) return undefined
  const more = codename === other ? [] : [{ fields: main.fields, suites: [other] }]
  return [...sources, ...more]
    .map(({ fields, suites }) => {
      const all = new Map([...fields, ['Types', 'deb'], ['Components', 'main'], ['Suites', suites.join(' ')]])
      return [...all].map(([name, value]) => `${name}: ${value}\n`).join('')
    })
    .join('\n')
}

function readSources(folder: string): Source[] {
  const lists = [join(folder, 'sources.list'), ...globSync(join(folder, 'sources.list.d/*.list'))]
  const stanzas = globSync(join(folder, 'sources.list.d/*.sources'))
  return [
    ...stanzas.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split(/\n\s*\n/)
        .flatMap(readStanza),
    ),
    ...lists
      .filter((path) => existsSync(path))
      .flatMap((path) => readFileSync(path, 'utf8').split('\n').flatMap(readLine)),
  ]
}

/** @see sources.list(5), "deb822-style format" */
function readStanza(text: string): Source[] {
  const lines = text
    .replace(/^#.*\n?/gm, '')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')
  const fields = new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([\w-]+):\s*(.*?)\s*$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value] as const]
    }),
  )
  const isUsed = fields.get('Enabled') !== 'no' && (fields.get('Types') ?? '').split(/\s+/).includes('deb')
  return isUsed ? [{ fields, suites: (fields.get('Suites') ?? '').split(/\s+/) }] : []
}

/** @see sources.list(5), "one-line-style format" */
function readLine(line: string): Source[] {
  const [, options = '', uri = '', suite = '', components = ''] =
    /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line) ?? []
  if (suite === '') return []
  const signedBy = /signed-by=(\S+)/.exec(options)?.[1]
  return [
    {
      fields: new Map([
        ['URIs', uri],
        ['Components', components.trim()],
        ...(signedBy === undefined ? [] : [['Signed-By', signedBy] as const]),
      ]),
      suites: [suite],
    },
  ]
}
