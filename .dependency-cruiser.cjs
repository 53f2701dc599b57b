// The import rules of this repository. `npm run check:imports` enforces them; ARCHITECTURE.md names each one.
// A rule's `comment` is printed beside each violation, so it says what to do.

const adapters = 'registries|targets|policies|events|forges|notifiers|store|jobs'
const nouns = 'registry|target|policy|event-source|forge|notifier|store|queue'
const interfaces = `^src/(${adapters})/(${nouns})\\.ts$`
const errors = '^src/error(s\\.ts|-table\\.ts|-table/)'
const tests = '\\.test\\.ts$'

/** Files under `from` may import only `allowed` from this repository. */
const only = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: { path: '^(src|web|test|scripts)/', pathNot: allowed },
})

/** Only `folder` may import the npm packages matched by `packages`. */
const confine = (name, comment, packages, folder) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(src|web)/', pathNot: [folder, tests] },
  to: { path: `(^|/)node_modules/(${packages})(/|$)` },
})

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Move what both files need into a third one; an `import type` counts too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-dead-code',
      comment: 'Nothing on the way from src/main.ts imports it: delete it, or use it.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/.+', pathNot: tests, reachable: false },
    },
    {
      name: 'tests-stay-out',
      comment: 'Shipped code cannot import tests: move what it needs into src/.',
      severity: 'error',
      from: { path: '^(src|web)/', pathNot: tests },
      to: { path: `^test/|${tests}` },
    },
    {
      name: 'imports-resolve',
      comment: 'Correct the path or install the package; what does not resolve escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'packages-are-declared',
      comment: 'Shipped code may import only what package.json lists under `dependencies`.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },

    // Pure centre.
    only(
      'lib-is-a-leaf',
      'lib knows nothing of the product: pass in what it needs, or move the file to where it belongs.',
      '^src/lib/',
      ['^src/lib/', errors],
    ),
    only(
      'contract-is-a-leaf',
      'The contract is shared with clients that have none of our code: describe the shape in it.',
      '^src/contract/',
      ['^src/contract/'],
    ),
    only(
      'image-is-pure',
      'image holds values that everything else is built on: it imports nothing but errors.',
      '^src/image/',
      ['^src/image/', errors],
    ),
    only('rollout-is-pure', 'The rollout machine decides from plain data: pass facts in as values.', '^src/rollout/', [
      '^src/(rollout|image)/',
      errors,
    ]),
    only('rebuild-is-pure', 'The rebuild graph decides from plain data: pass facts in as values.', '^src/rebuild/', [
      '^src/(rebuild|image)/',
      errors,
    ]),
    only('policies-are-pure', 'A policy decides from its arguments alone: pass facts in as values.', '^src/policies/', [
      '^src/(policies|image)/',
      '^src/lib/(did-you-mean|duration)\\.ts$',
      errors,
    ]),
    {
      name: 'pure-folders-do-no-io',
      comment: 'No node: module here: do it in an adapter or a client and pass the result in.',
      severity: 'error',
      from: { path: '^src/(image|rollout|rebuild|policies|contract)/', pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },

    // Interfaces and what implements them.
    only(
      'interfaces-name-values',
      'An interface speaks in values: those of image and rollout, Secret, and errors.',
      interfaces,
      ['^src/(image|rollout)/', '^src/store/rows/', '^src/lib/secret\\.ts$', errors],
    ),
    only(
      'clients-speak-protocols',
      'A client knows its protocol only: return plain data and let the adapter translate.',
      '^src/clients/([^/]+)/',
      ['^src/clients/$1/', '^src/(image|lib)/', errors],
    ),
    only(
      'adapters-are-islands',
      'An adapter sees its interface, its own files, clients, image, rollout values, lib and errors; not its neighbours.',
      `^src/(${adapters})/(?!index\\.ts)([^/.]+)`,
      [
        `^src/$1/(${nouns})\\.ts$`,
        '^src/$1/$2(/|\\.ts$)',
        // What stores share, what targets on a Docker engine share, what policies share, and what event sources share.
        '^src/$1/(sql|migrations|engine|rows|stages|spec|proof|format)/',
        '^src/(image|rollout|lib|clients)/',
        errors,
      ],
    ),
    only(
      'an-index-only-lists',
      'An index lists the adapters of its folder: it imports those and the interface, nothing else.',
      `^src/(${adapters})/index\\.ts$`,
      ['^src/$1/'],
    ),
    {
      name: 'wiring-picks-adapters',
      comment:
        'Only src/wiring.ts, src/wire-policies.ts, src/wire-registries.ts, src/wire-events.ts and src/wire-state.ts choose adapters: take the interface as a dependency.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(wiring|wire-policies|wire-registries|wire-events|wire-state)\\.ts$', tests],
      },
      to: { path: `^src/(${adapters})/index\\.ts$` },
    },

    // Use cases and what drives them.
    only(
      'app-sees-interfaces',
      'A use case works on interfaces and pure code: take the adapter as a dependency.',
      '^src/app/',
      ['^src/(app|image|rollout|rebuild|lib)/', interfaces, errors],
    ),
    only(
      'drivers-call-the-app',
      'A command or route calls use cases: main.ts and wiring.ts hand it what else it needs.',
      '^src/(api|cli)/',
      ['^src/$1/', '^src/(app|contract|image|lib)/', errors],
    ),
    only('web-sees-the-contract', 'The web page knows the contract only.', '^web/', ['^web/', '^src/contract/']),

    // One place per third-party system.
    confine('queue-in-one-folder', 'Put it behind jobs/queue.ts.', 'pg-boss', '^src/jobs/'),
    confine(
      'metrics-in-one-folder',
      'What is measured is listed in src/api/metrics/.',
      'prom-client',
      '^src/api/metrics/',
    ),
    confine('http-server-in-one-folder', 'Routes live in src/api/.', 'fastify|@fastify/[^/]+', '^src/api/'),
    confine('sql-in-one-folder', 'Queries live in src/store/.', 'pg|kysely', '^src/store/'),
    confine('logger-in-one-file', 'Take the Log of src/lib/log.ts as a dependency.', 'pino', '^src/lib/log\\.ts$'),
    confine(
      'schemas-at-the-edge',
      'Parse at the edge (config, contract, api, clients), then trust the type.',
      'zod',
      '^src/(config|contract|api|clients)/',
    ),
    confine(
      'amazon-in-one-folder',
      'Amazon is asked in src/clients/ecr/, which loads its SDK when somebody uses it.',
      '@aws-sdk|@smithy',
      '^src/clients/ecr/',
    ),
    confine(
      'google-in-one-folder',
      'Google is asked in src/clients/gar/, which loads its library when somebody uses it.',
      'google-auth-library|gaxios|gcp-metadata',
      '^src/clients/gar/',
    ),
    {
      name: 'http-in-one-file',
      comment: 'Take `http` of src/lib/http.ts, which loads 13 MB less; an `import type` costs nothing.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/lib/http\\.ts$', tests] },
      to: { path: '^(node:)?http$', dependencyTypesNot: ['type-only'] },
    },
    confine('arguments-in-one-folder', 'The command line is read in src/cli/.', 'commander', '^src/(cli/|main\\.ts$)'),
    confine(
      'yaml-in-one-folder',
      'YAML is read in src/config/ and src/targets/compose/definition/.',
      'yaml',
      '^src/(config|targets/compose/definition)/',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Counts type-only imports too. Needs TypeScript's JavaScript API, which version 7 no longer has.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
