import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkImports, readRules } from './check-imports.ts'
import type { Violation } from './check-imports.ts'

const packages = [
  'pino',
  'zod',
  'commander',
  'yaml',
  'kysely',
  'fastify',
  'pg-boss',
  'prom-client',
  '@aws-sdk/client-ecr',
  'google-auth-library',
]

/** A small tree that obeys every rule. */
const clean: Record<string, string> = {
  'package.json': JSON.stringify({ dependencies: Object.fromEntries(packages.map((name) => [name, '*'])) }),
  'src/main.ts': `import './wiring.ts'; import './cli/program.ts'`,
  'src/wiring.ts': `import './targets/index.ts'; import './store/index.ts'; import './lib/log.ts'`,
  'src/errors.ts': '',
  'src/cli/program.ts': `import 'commander'; import '../app/roll-out.ts'; import '../contract/status.ts'`,
  'src/contract/status.ts': `import 'zod'`,
  'src/app/roll-out.ts': `import type { Target } from '../targets/target.ts'; import '../rollout/plan.ts'`,
  'src/targets/index.ts': `import './docker.ts'; import './swarm/swarm.ts'`,
  'src/targets/target.ts': `import type { Digest } from '../image/digest.ts'; export interface Target { d: Digest }`,
  'src/targets/docker.ts': `import type { Target } from './target.ts'; import '../clients/docker/client.ts'`,
  'src/targets/swarm/swarm.ts': `import './tasks.ts'; import '../target.ts'`,
  'src/targets/swarm/tasks.ts': `import '../../image/digest.ts'`,
  'src/store/index.ts': `import './sqlite.ts'`,
  'src/store/sqlite.ts': `import 'kysely'; import 'node:sqlite'`,
  'src/clients/docker/client.ts': `import type { Agent } from 'node:http'; import 'node:net'`,
  'src/rollout/plan.ts': `import '../image/digest.ts'`,
  'src/rollout/plan.test.ts': `import './plan.ts'; import '../../test/fakes/target.ts'; import 'node:fs'`,
  'src/image/digest.ts': `import '../errors.ts'; export interface Digest { hex: string }`,
  'src/lib/log.ts': `import 'pino'`,
  'test/fakes/target.ts': '',
  ...Object.fromEntries(packages.map((name) => [`node_modules/${name}/index.js`, ''])),
}

/** Rule, file, what it must not import, and the text of that file. */
const planted: readonly (readonly [rule: string, from: string, to: string, text: string])[] = [
  ['no-cycles', 'src/app/a.ts', 'src/app/b.ts', `import './b.ts'`],
  ['no-cycles', 'src/app/c.ts', 'src/app/d.ts', `import type { D } from './d.ts'; export interface C { d: D }`],
  ['no-dead-code', 'src/app/dead.ts', 'src/app/dead.ts', `import './roll-out.ts'`],
  ['tests-stay-out', 'src/app/testing.ts', 'src/rollout/plan.test.ts', `import '../rollout/plan.test.ts'`],
  ['tests-stay-out', 'src/app/faking.ts', 'test/fakes/target.ts', `import '../../test/fakes/target.ts'`],
  ['imports-resolve', 'src/app/lost.ts', './nowhere.ts', `import './nowhere.ts'`],
  ['packages-are-declared', 'src/app/undeclared.ts', 'node_modules/left-pad/index.js', `import 'left-pad'`],
  ['lib-is-a-leaf', 'src/lib/deep.ts', 'src/image/digest.ts', `import '../image/digest.ts'`],
  ['contract-is-a-leaf', 'src/contract/deep.ts', 'src/image/digest.ts', `import '../image/digest.ts'`],
  ['image-is-pure', 'src/image/deep.ts', 'src/lib/log.ts', `import '../lib/log.ts'`],
  ['rollout-is-pure', 'src/rollout/deep.ts', 'src/targets/target.ts', `import '../targets/target.ts'`],
  ['rebuild-is-pure', 'src/rebuild/graph.ts', 'src/rollout/plan.ts', `import '../rollout/plan.ts'`],
  ['policies-are-pure', 'src/policies/digest.ts', 'src/lib/log.ts', `import '../lib/log.ts'`],
  ['pure-folders-do-no-io', 'src/image/read.ts', 'fs', `import 'node:fs'`],
  ['interfaces-name-values', 'src/store/store.ts', 'src/app/roll-out.ts', `import '../app/roll-out.ts'`],
  [
    'clients-speak-protocols',
    'src/clients/oci/client.ts',
    'src/clients/docker/client.ts',
    `import '../docker/client.ts'`,
  ],
  [
    'clients-speak-protocols',
    'src/clients/nomad/client.ts',
    'src/targets/target.ts',
    `import '../../targets/target.ts'`,
  ],
  ['adapters-are-islands', 'src/targets/compose.ts', 'src/targets/docker.ts', `import './docker.ts'`],
  ['adapters-are-islands', 'src/targets/nomad/nomad.ts', 'src/targets/swarm/tasks.ts', `import '../swarm/tasks.ts'`],
  ['adapters-are-islands', 'src/store/postgres.ts', 'src/targets/target.ts', `import '../targets/target.ts'`],
  ['an-index-only-lists', 'src/registries/index.ts', 'src/lib/log.ts', `import '../lib/log.ts'`],
  ['wiring-picks-adapters', 'src/app/pick.ts', 'src/targets/index.ts', `import '../targets/index.ts'`],
  ['app-sees-interfaces', 'src/app/direct.ts', 'src/targets/docker.ts', `import '../targets/docker.ts'`],
  [
    'app-sees-interfaces',
    'src/app/protocol.ts',
    'src/clients/docker/client.ts',
    `import '../clients/docker/client.ts'`,
  ],
  ['drivers-call-the-app', 'src/cli/wired.ts', 'src/wiring.ts', `import '../wiring.ts'`],
  [
    'drivers-call-the-app',
    'src/cli/typed.ts',
    'src/targets/target.ts',
    `import type { Target } from '../targets/target.ts'`,
  ],
  ['web-sees-the-contract', 'web/page.ts', 'src/app/roll-out.ts', `import '../src/app/roll-out.ts'`],
  ['queue-in-one-folder', 'src/app/queue.ts', 'node_modules/pg-boss/index.js', `import 'pg-boss'`],
  ['http-server-in-one-folder', 'src/app/serve.ts', 'node_modules/fastify/index.js', `import 'fastify'`],
  ['metrics-in-one-folder', 'src/api/routes/counts.ts', 'node_modules/prom-client/index.js', `import 'prom-client'`],
  ['sql-in-one-folder', 'src/app/query.ts', 'node_modules/kysely/index.js', `import type {} from 'kysely'`],
  ['logger-in-one-file', 'src/app/log.ts', 'node_modules/pino/index.js', `import 'pino'`],
  ['schemas-at-the-edge', 'src/app/parse.ts', 'node_modules/zod/index.js', `import 'zod'`],
  [
    'amazon-in-one-folder',
    'src/clients/oci/sign.ts',
    'node_modules/@aws-sdk/client-ecr/index.js',
    `import '@aws-sdk/client-ecr'`,
  ],
  [
    'google-in-one-folder',
    'src/clients/oci/token.ts',
    'node_modules/google-auth-library/index.js',
    `import 'google-auth-library'`,
  ],
  ['arguments-in-one-folder', 'src/app/arguments.ts', 'node_modules/commander/index.js', `import 'commander'`],
  ['http-in-one-file', 'src/clients/oci/ask.ts', 'http', `import 'node:http'`],
  ['yaml-in-one-folder', 'src/app/read.ts', 'node_modules/yaml/index.js', `import 'yaml'`],
]

/** The other halves of what is planted. */
const accomplices: Record<string, string> = {
  'src/app/b.ts': `import './a.ts'`,
  'src/app/d.ts': `import type { C } from './c.ts'; export interface D { c: C }`,
  'node_modules/left-pad/index.js': '',
}

const folders: string[] = []

/** Writes a tree of files into a folder of its own. */
function plant(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'longshore-imports-'))
  folders.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

describe('the import rules', () => {
  let found: readonly Violation[]

  beforeAll(async () => {
    const files = Object.fromEntries(planted.map(([, from, , text]) => [from, text]))
    found = await checkImports(plant({ ...clean, ...files, ...accomplices }))
  })

  test('find nothing in a tree that obeys them', async () => {
    expect(await checkImports(plant(clean))).toEqual([])
  })

  test.each(planted)('%s catches %s → %s', (rule, from, to) => {
    const caught = found.filter((violation) => violation.rule === rule && violation.from === from)

    expect(caught.map((violation) => violation.to)).toContainEqual(expect.stringContaining(to))
  })

  test('are each seen to catch something, and say what to do', () => {
    const rules = readRules().forbidden ?? []

    expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(rules.map((rule) => rule.name)))
    expect(rules.filter((rule) => !rule.comment)).toEqual([])
  })

  test('fail when fewer files were read than there are', async () => {
    const rules = readRules()
    const blind = { ...rules, options: { ...rules.options, exclude: { path: '^src/rollout/' } } }

    const violations = await checkImports(plant(clean), blind)

    expect(violations.filter((violation) => violation.rule === 'every-file-is-read').map(({ from }) => from)).toEqual([
      'src/rollout/plan.test.ts',
      'src/rollout/plan.ts',
    ])
  })
})
