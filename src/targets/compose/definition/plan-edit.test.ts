import { describe, expect, test } from 'vitest'
import { AppError } from '../../../errors.ts'
import { findImage, usesRemote } from './find-image.ts'
import { writtenImage } from './found-image.ts'
import { planEdit } from './plan-edit.ts'

const folder = '/srv/shop'
const wanted = 'example/web:2.0'

/** A project of files by name; `compose.yaml` is the one that is used. */
function input(
  files: Record<string, string>,
  more: { allowRemote?: boolean; environment?: Record<string, string> } = {},
) {
  return {
    files: [{ path: `${folder}/compose.yaml`, text: files['compose.yaml'] ?? '' }],
    projectDirectory: folder,
    readFile: async (path: string) => files[path.slice(folder.length + 1)] ?? null,
    ...more,
  }
}

const web = (image: string, more = '') => `services:\n  web:\n    image: ${image}\n${more}`

async function edited(files: Record<string, string>, to = wanted): Promise<unknown> {
  const plan = planEdit(await findImage(input(files), 'web'), to)
  if (plan.kind !== 'edit') return plan
  const name = plan.path.slice(folder.length + 1)
  return [name, plan.line, Buffer.from(plan.newBytes).toString()]
}

async function sentence(
  files: Record<string, string>,
  more: Parameters<typeof input>[1] = {},
): Promise<string | undefined> {
  const plan = planEdit(await findImage(input(files, more), 'web'), wanted)
  return plan.kind === 'impossible' ? plan.sentence.replaceAll(`${folder}/`, '') : undefined
}

describe('an edit', () => {
  test.each([
    ['example/web:1.0  # c', 'example/web:2.0  # c'],
    ["'example/web:1.0'", "'example/web:2.0'"],
    ['"example/web:1.0"', '"example/web:2.0"'],
    ['"example\\x2fweb:1.0"', '"example/web:2.0"'],
    ['&a !!str example/web:1.0', '&a !!str example/web:2.0'],
    ['>-\n      example/web:1.0\n\n    # c', '>-\n      example/web:2.0\n\n    # c'],
    ['"example/web:${T:-1.0}"', '"example/web:${T:-2.0}"'],
    ["'example/web:${T-1.0}'", "'example/web:${T-2.0}'"],
    ['example/web:${T:-1.0} # é', 'example/web:${T:-2.0} # é'],
  ])('of %j leaves its style and all around it', async (before, after) => {
    expect(await edited({ 'compose.yaml': web(before) })).toEqual(['compose.yaml', 3, web(after)])
  })

  test.each([
    ['123', "'123'"],
    ['1e3', "'1e3'"],
    ['2001-01-01', "'2001-01-01'"],
    ['1_000', "'1_000'"],
    ['0b11', "'0b11'"],
    ['0o17', "'0o17'"],
    ['null', "'null'"],
    ['true', "'true'"],
    ['[::1]:5000/web:1', "'[::1]:5000/web:1'"],
    ['localhost:5000/web:1', 'localhost:5000/web:1'],
  ])('quotes %s only where YAML would read something else', async (to, text) => {
    expect(await edited({ 'compose.yaml': web('old') }, to)).toEqual(['compose.yaml', 3, web(text)])
  })

  test.each([
    ['T=1.0', 'T=2.0', 1],
    ['A=1\r\nexport T = "1.0" # c\r\nB=$A\r\n', 'A=1\r\nexport T = "2.0" # c\r\nB=$A\r\n', 2],
    ["T='0'\nT: '1.0'", "T='0'\nT: '2.0'", 2],
    ['\uFEFFT=1.0 # é\n', '\uFEFFT=2.0 # é\n', 1],
  ])('of a variable changes its value in %j', async (before, after, line) => {
    const files = { 'compose.yaml': web('example/web:${T}'), '.env': before }

    expect(await edited(files)).toEqual(['.env', line, after])
  })

  test('is none when the image reads so already', async () => {
    expect(await edited({ 'compose.yaml': web(wanted) })).toEqual({ kind: 'unchanged' })
  })

  test('gives the step from 1.2 to 1.22 to the variable that holds the 2', async () => {
    const files = { 'compose.yaml': web('example/web:1.${MINOR}'), '.env': 'MINOR=2' }

    expect(await edited(files, 'example/web:1.22')).toEqual(['.env', 1, 'MINOR=22'])
    expect(await edited(files, 'example/web:3.2')).toEqual(['compose.yaml', 3, web('example/web:3.${MINOR}')])
    expect(await edited(files, 'example/web:3.3')).toMatchObject({ kind: 'impossible' })
  })

  test.each([
    ['T=1.0\nS=', 'T=1.0.1\nS='],
    ['T=1.0', 'T=1.0.1'],
  ])(
    'gives the step from 1.0 to 1.0.1 to the variable that holds the tag, not to an empty one (%j)',
    async (env, after) => {
      const files = { 'compose.yaml': web('example/web:${T}${S-}'), '.env': env }

      expect(await edited(files, 'example/web:1.0.1')).toEqual(['.env', 1, after])
    },
  )

  test('gives a longer tag to the text that holds it, not to an empty variable behind it', async () => {
    const files = { 'compose.yaml': web('example/web:1.0${S}'), '.env': 'S=' }

    expect(await edited(files, 'example/web:1.0.1')).toEqual(['compose.yaml', 3, web('example/web:1.0.1${S}')])
  })

  test('writes the first tag behind the name, whatever empty variable follows', async () => {
    const files = { 'compose.yaml': web('example/web${S}') }

    expect(await edited(files)).toEqual(['compose.yaml', 3, web('example/web:2.0${S}')])
  })

  test('does not take the same offset in another file for the same text', async () => {
    const files = { 'compose.yaml': 'include: [b.yaml]\nservices: {web: {image: a}}', 'b.yaml': '# as long as that\nservices: {api: {image: b}}' } // prettier-ignore

    expect(await edited(files)).toEqual(['compose.yaml', 2, `include: [b.yaml]\nservices: {web: {image: ${wanted}}}`])
  })

  test('writes a digest behind the tag', async () => {
    const digest = `example/web:2.0@sha256:${'0'.repeat(64)}`

    expect(await edited({ 'compose.yaml': web('example/web:1.0') }, digest)).toEqual(['compose.yaml', 3, web(digest)])
  })

  test('puts nothing but an image reference into a file', async () => {
    const found = await findImage(input({ 'compose.yaml': web('old') }), 'web')

    expect(() => planEdit(found, 'x\nprivileged: true')).toThrow(expect.objectContaining({ code: 'REFERENCE_INVALID' }))
  })
})

describe('an edit is refused, with the line to change,', () => {
  const api = '  api:\n    image: '

  test.each([
    ['a variable of nowhere', { 'compose.yaml': web('example/web:${T}') }, 'compose.yaml:3: the image of "web" reads the variable T, which no env file sets; set it in .env, or write a default as in ${T:-1.0}'], // prettier-ignore
    ['a required one', { 'compose.yaml': web('example/web:${T:?e}') }, 'compose.yaml:3: the image of "web" needs the variable T, which is not set'], // prettier-ignore
    ['a nested default', { 'compose.yaml': web('example/web:${T:-${S:-1}}') }, 'compose.yaml:3: the image of "web" reads ${T} with another variable as its default; write the default as plain text'], // prettier-ignore
    ['a value of variables', { 'compose.yaml': web('example/web:${T}'), '.env': 'A=1\nT=$A' }, 'compose.yaml:3: the image of "web" reads the variable T, whose value at .env:2 is made of other variables; write it there as plain text'], // prettier-ignore
    ['a shared variable', { 'compose.yaml': web('example/web:${T}', `${api}api:$T\n`), '.env': 'T=1' }, 'compose.yaml:3: the image of "web" cannot change alone: the variable T also decides image of service "api" (compose.yaml:5); write its image separately'], // prettier-ignore
    ['a variable shared through another', { 'compose.yaml': web('example/web:$T', `${api}api:$S\n`), '.env': 'T=1\nS=v$T' }, 'compose.yaml:3: the image of "web" cannot change alone: the variable T also decides image of service "api" (compose.yaml:5); write its image separately'], // prettier-ignore
    ['a variable in the name of a volume', { 'compose.yaml': web('example/web:$T', 'volumes: {d: {name: "d$T"}}\n'), '.env': 'T=1' }, 'compose.yaml:3: the image of "web" cannot change alone: the variable T also decides volumes.d.name (compose.yaml:4); write its image separately'], // prettier-ignore
    ['a shared env file', { 'compose.yaml': web('example/web:$T', `${api}a\n    env_file: [{path: .env}]\n`), '.env': 'T=1' }, 'compose.yaml:3: the image of "web" cannot change alone: the variable T also decides env_file.0.path of service "api" (compose.yaml:6); write its image separately'], // prettier-ignore
    ['a shared anchor', { 'compose.yaml': web('&i example/web:1', `${api}*i\n`) }, 'compose.yaml:3: the image of "web" cannot change alone: this text also decides image of service "api" (compose.yaml:3); write its image separately'], // prettier-ignore
    ['a shared template', { 'compose.yaml': 'x-t: &t {image: example/web}\nservices:\n  web: {<<: *t}\n  api: {<<: *t}\n' }, 'compose.yaml:1: the image of "web" cannot change alone: this text also decides image of service "api" (compose.yaml:1); write its image separately'], // prettier-ignore
    ['an extended service', { 'compose.yaml': `services:\n  web: {extends: api}\n${api}example/web\n` }, 'compose.yaml:4: the image of "web" cannot change alone: this text also decides image of service "api" (compose.yaml:4); write its image separately'], // prettier-ignore
    ['a variable that stands twice', { 'compose.yaml': web('$T/web:$T'), '.env': 'T=example' }, 'compose.yaml:3: the image of "web" cannot become "example/web:2.0" by changing one of its variables; write it here as plain text'], // prettier-ignore
    ['a variable that names a file', { 'compose.yaml': web('example/web:$T', '  api: {extends: {file: "$T.yaml", service: api}}\n'), '.env': 'T=1', '1.yaml': 'services: {api: {image: a}}' }, 'compose.yaml:3: the image of "web" cannot become "example/web:2.0", for the project could not be read then; write it here as plain text'], // prettier-ignore
    ['a variable that names a service', { 'compose.yaml': web('example/web:$T', '  api: {extends: {file: b.yaml, service: "s$T"}}\n'), '.env': 'T=1.0', 'b.yaml': 'services: {s1.0: {image: a}, s2.0: {image: b}}' }, 'compose.yaml:3: the image of "web" cannot change alone: "services.api.image" would change too; write the image of this service separately'], // prettier-ignore
    ['a build', { 'compose.yaml': 'services:\n  web: {build: .}\n' }, 'compose.yaml:2: "web" has a "build:" and no "image:", so there is no tag to change; add an "image:" to have it followed'], // prettier-ignore
    ['a missing service', { 'compose.yaml': 'services: {}' }, 'compose.yaml:1: no file of this project has a service "web"'], // prettier-ignore
    ['a number', { 'compose.yaml': web('15') }, 'compose.yaml:3: the image of "web" is no text; put it in quotes'], // prettier-ignore
    ['no image reference', { 'compose.yaml': web('"a b"') }, 'compose.yaml:3: the image of "web" reads "a b", which is no image reference'], // prettier-ignore
    ['a missing file', { 'compose.yaml': 'services:\n  web: {extends: {file: b.yaml, service: b}}' }, 'compose.yaml:2: this line names a file that is not there: b.yaml'], // prettier-ignore
    ['no YAML', { 'compose.yaml': 'services:\n  web: [' }, 'compose.yaml:2: this is not YAML (BAD_INDENT)'], // prettier-ignore
    ['a key that stands twice', { 'compose.yaml': web('a', '    image: b\n') }, 'compose.yaml:4: this is not YAML (DUPLICATE_KEY)'], // prettier-ignore
    ['a broken env file', { 'compose.yaml': web('a'), '.env': 'A=1\nB="' }, '.env:2: this line has a quote that is not closed'], // prettier-ignore
  ])('for %s', async (_what, files, expected) => {
    expect(await sentence(files)).toBe(expected)
  })

  test('for a variable of the environment that docker compose is run with', async () => {
    const files = { 'compose.yaml': web('example/web:${T}'), '.env': 'T=1' }

    expect(await sentence(files, { environment: { T: '3' } })).toContain('T from the environment of docker compose')
  })

  test('for a file that may not be read, with the reason', async () => {
    const files = { 'compose.yaml': 'include: [a.yaml]' }
    const readFile = async (path: string) => {
      if (path.endsWith('.env')) return null
      throw new AppError('COMPOSE_PATH_REFUSED', 'it lies outside')
    }

    const found = await findImage({ ...input(files), readFile }, 'web')

    expect(found).toMatchObject({ kind: 'impossible', line: 1, sentence: expect.stringContaining('(it lies outside)') })
  })

  test('for aliases of aliases and for includes in a circle, in a moment', async () => {
    const levels = Array.from({ length: 30 }, (_, at) => `x-${at + 1}: &a${at + 1} [*a${at}, *a${at}]`)
    const bomb = `x-0: &a0 [x]\n${levels.join('\n')}\n${web('a')}`

    expect(await sentence({ 'compose.yaml': bomb })).toContain('nested too deeply, or too large')
    expect(await edited({ 'compose.yaml': `include: [b.yaml]\n${web('a')}`, 'b.yaml': 'include: [b.yaml]' })).toEqual([
      'compose.yaml',
      4,
      `include: [b.yaml]\n${web(wanted)}`,
    ])
  })

  test('still telling what the image is', async () => {
    const files = { 'compose.yaml': web('&i example/web:1', `${api}*i\n`) }

    expect(writtenImage(await findImage(input(files), 'web'))).toBe('example/web:1')
  })
})

describe('another machine', () => {
  test.each([
    'oci://r/a',
    'https://github.com/a/b.git',
    'git@github.com:a/b',
    'git://h/a',
    'ssh://h/a',
    'github.com/a/b',
  ])('is found in include and extends as %s, and refused', async (reference) => {
    const included = { 'compose.yaml': `include: ["${reference}"]\n${web('a')}` }
    const extended = { 'compose.yaml': web('a', `    extends: {file: "${reference}", service: b}\n`) }

    expect(await usesRemote(input(included))).toEqual([{ path: `${folder}/compose.yaml`, line: 1, reference }])
    expect(await usesRemote(input(extended))).toMatchObject([{ line: 4, reference }])
    expect(await sentence(included)).toContain('on another machine, which is not allowed here')
    expect(await sentence(included, { allowRemote: true })).toBeUndefined()
  })

  test('is found behind a variable and a local include', async () => {
    const files = { 'compose.yaml': 'include: [b/c.yaml]', 'b/c.yaml': 'include: ["${U}"]', 'b/.env': 'U=oci://r/a' }

    expect(await usesRemote(input(files))).toMatchObject([{ path: `${folder}/b/c.yaml`, reference: 'oci://r/a' }])
  })

  test('is not seen in local paths', async () => {
    const files = { 'compose.yaml': 'include: [./a@b.yaml, "sub/git.yaml"]', './a@b.yaml': '', 'sub/git.yaml': '' }

    expect(await usesRemote(input(files))).toEqual([])
  })
})
