import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { findImage } from './find-image.ts'
import { hashOf } from './hash.ts'
import { planEdit } from './plan-edit.ts'

const path = '/srv/compose.yaml'
const envPath = '/srv/.env'

const tag = fc.stringMatching(/^[\w][\w.-]{0,8}$/)
const image = fc
  .tuple(fc.constantFrom('web', 'example/web', 'localhost:5000/a/b', '[::1]:5000/c'), fc.option(tag))
  .map(([name, version]) => (version === null ? name : `${name}:${version}`))
const comment = fc.constantFrom('', ' # plain', ' # ünïcödé 🦆 "quoted"', '   #x')

/** Ways to write a text as a YAML scalar in block style; each stands for exactly that text. */
const style = fc.constantFrom(
  (text: string) => `'${text}'`,
  (text: string) => JSON.stringify(text),
  (text: string) => `&anchor '${text}'`,
  (text: string) => `!!str "${text}"`,
  (text: string) => `>-\n      ${text}`,
  (text: string) => `|-\n      ${text}`,
  (text: string) => `"${text.slice(0, 1)}\\\n      ${text.slice(1)}"`,
  (text: string) => (/^[a-z]/.test(text) && !/^(null|true|false|yes|no|on|off|y|n)$/i.test(text) ? text : `'${text}'`),
)

const neighbour = fc.constantFrom(
  '    command: ["echo", "web:1.0"]\n',
  "    labels: {a: 'x: y', b: 'é'}\n",
  '    # image: web:0.9\n\n',
  '    environment:\n      - A=1   \n      - "IMAGE=web"\n',
  '    x-note: &note |\n      kept: as it is\n\n        indented\n',
)

interface Drawn {
  readonly text: string
  readonly env: string
}

/** A project of several services in which `web` stands somewhere, with all that must survive around it. */
const project: fc.Arbitrary<Drawn> = fc
  .record({
    current: image,
    style,
    comment,
    before: fc.array(neighbour, { maxLength: 2 }),
    after: fc.array(neighbour, { maxLength: 2 }),
    others: fc.array(image, { maxLength: 3 }),
    isFirst: fc.boolean(),
    lineEnd: fc.constantFrom('\n', '\r\n'),
    isMarked: fc.boolean(),
    isCut: fc.boolean(),
    variable: fc.constantFrom('none', 'line', 'default'),
    quote: fc.constantFrom('', '"', "'"),
  })
  .map((drawn) => {
    const inScalar =
      { none: drawn.current, line: '${IMAGE}', default: `\${IMAGE:-${drawn.current}}` }[drawn.variable] ?? ''
    const scalar = drawn.style(inScalar)
    const isBlock = /^[|>]/.test(scalar)
    const own = `    image: ${scalar}${isBlock ? '' : drawn.comment}\n`
    const web = ['  web:\n', ...drawn.before, own, ...drawn.after]
    const others = drawn.others.map((other, at) => `  other-${at}: {image: '${other}'}${drawn.comment}\n`)
    const services = drawn.isFirst ? [...web, ...others] : [...others, ...web]
    const lines = `# top\n\nservices:\n${services.join('')}`
    const ended = drawn.isCut ? lines.trimEnd() : `${lines}\n# end  \n`
    const text = (drawn.isMarked ? '\uFEFF' : '') + ended.replaceAll('\n', drawn.lineEnd)
    const line = `# é\nexport IMAGE = ${drawn.quote}${drawn.current}${drawn.quote}  # c\nB='x'`.replaceAll(
      '\n',
      drawn.lineEnd,
    )
    return { text, env: drawn.variable === 'line' ? line : 'B=1' }
  })
  // A text that an anchor or note gives twice is no mapping for Compose either.
  .filter(({ text }) => parseAllDocuments(text).every((document) => document.errors.length === 0))

const find = ({ text, env }: Drawn) =>
  findImage(
    {
      files: [{ path, text }],
      envFiles: [{ path: envPath, text: env }],
      projectDirectory: '/srv',
      readFile: async () => null,
    },
    'web',
  )

/** Everything that a YAML reader other than ours sees, without the image of `web`. */
function withoutImage(text: string): unknown {
  const [document] = parseAllDocuments(text)
  const model: { services: { web: { image: string } } } = document?.toJS()
  model.services.web.image = ''
  return model
}

test('changes only bytes of the one scalar or value, and only what the image of this service is', async () => {
  await fc.assert(
    fc.asyncProperty(project, image, async (drawn, wanted) => {
      const found = await find(drawn)
      const plan = planEdit(found, wanted)
      if (plan.kind === 'unchanged') return void expect(found.value).toBe(wanted)
      if (plan.kind !== 'edit' || found.kind === 'impossible') throw new Error(JSON.stringify(plan))

      const isEnv = plan.path === envPath
      const before = isEnv ? drawn.env : drawn.text
      const after = Buffer.from(plan.newBytes).toString('utf8')
      const changed = isEnv ? { text: drawn.text, env: after } : { text: after, env: drawn.env }
      expect([plan.beforeHash, plan.afterHash]).toEqual([hashOf(Buffer.from(before)), hashOf(plan.newBytes)])
      expect((await find(changed)).value).toBe(wanted)
      expect(withoutImage(changed.text)).toEqual(withoutImage(drawn.text))

      const value = found.value
      const { start, end } = isEnv
        ? { start: before.indexOf(value), end: before.indexOf(value) + value.length }
        : found.range
      expect(after.slice(0, start)).toBe(before.slice(0, start))
      expect(after.endsWith(before.slice(end))).toBe(true)
      expect(after.length).toBeGreaterThanOrEqual(start + before.length - end)
    }),
    { numRuns: 500 },
  )
})

test('comes back to the very bytes when the old image is wanted again', async () => {
  await fc.assert(
    fc.asyncProperty(
      project.filter(({ text }) => !/\\\r?\n|: [a-z0-9]/.test(text.replace(/.*services:/s, ''))),
      image,
      async (drawn, wanted) => {
        const found = await find(drawn)
        const there = planEdit(found, wanted)
        if (there.kind !== 'edit' || found.value === null) return

        const after = Buffer.from(there.newBytes).toString('utf8')
        const changed = there.path === path ? { ...drawn, text: after } : { ...drawn, env: after }
        const back = planEdit(await find(changed), found.value)

        expect(back).toMatchObject({ kind: 'edit', path: there.path, afterHash: there.beforeHash })
      },
    ),
  )
})

test('ends with an answer on any text', async () => {
  const piece = fc.constantFrom(
    'services:',
    ' web:',
    'image:',
    'a:1',
    '\n',
    '\n  ',
    '&a',
    '*a',
    '<<:',
    '!reset',
    '[',
    '{',
    '"',
    '$',
    '${',
    '}',
    '- ',
    '---',
    '#',
    'extends: web',
    'include:',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      const found = await find({ text: pieces.join(' '), env: '' })

      expect(['edit', 'unchanged', 'impossible']).toContain(planEdit(found, 'web:2').kind)
    }),
    { numRuns: 1000 },
  )
})
