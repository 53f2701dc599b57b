import { describe, expect, test } from 'vitest'
import { readProjectFiles } from './find-image.ts'
import { hostFilesOf } from './host-files.ts'

const folder = '/srv/shop'

/** Every file that the service `web` and its project name, as `key service path:line`. */
async function named(files: Readonly<Record<string, string>>, services: readonly string[] = ['web']) {
  const at = (path: string) => ({ path: `${folder}/${path}`, text: files[path] ?? '' })
  const input = {
    files: Object.keys(files)
      .filter((path) => /^compose.*yaml$/.test(path))
      .map(at),
    projectDirectory: folder,
    environment: { HOME: '/home/me' },
    readFile: async (path: string) => files[path.slice(folder.length + 1)] ?? null,
  }
  const { project, source } = await readProjectFiles(input, 'web')
  expect(project.problems).toEqual([])
  return hostFilesOf(project.root, source, services)
}

const paths = async (...given: Parameters<typeof named>) =>
  (await named(...given)).files.map(({ service, key, path }) => `${service} ${key} ${path}`)
const web = (text: string) => ({ 'compose.yaml': `services:\n  web:\n    image: web:1\n${text}` })

describe('a file that Compose reads beside the definition', () => {
  test.each<[string, string, readonly string[]]>([
    ['one env file', '    env_file: a.env\n', ['web env_file /srv/shop/a.env']],
    ['several', '    env_file: [a.env, /etc/b]\n', ['web env_file /srv/shop/a.env', 'web env_file /etc/b']],
    [
      'objects, needed or not',
      '    env_file:\n      - path: ../c.env\n        required: false\n',
      ['web env_file /srv/c.env'],
    ],
    ['one of the home', '    env_file: ~/x.env\n', ['web env_file /home/me/x.env']],
    ['through a variable', '    env_file: ${D:-..}/x.env\n', ['web env_file /srv/x.env']],
    ['a label file', '    label_file: l.txt\n', ['web label_file /srv/shop/l.txt']],
    ['a secret', '    secrets: [s]\nsecrets: { s: { file: ../s } }\n', ['web secrets "s" /srv/s']],
    [
      'a config',
      '    configs: [{ source: c, target: /c }]\nconfigs: { c: { file: c.txt } }\n',
      ['web configs "c" /srv/shop/c.txt'],
    ],
    [
      'a profile for system calls',
      '    security_opt: ["seccomp=/x.json", "label=disable"]\n',
      ['web security_opt /x.json'],
    ],
    ['none', '    security_opt: ["seccomp:unconfined"]\n    env_file: ""\n', []],
    ['a secret of nobody', 'secrets: { s: { file: /etc/shadow } }\n', []],
    ['a secret that is no file', '    secrets: [s]\nsecrets: { s: { environment: HOME } }\n', []],
    [
      'what `up --no-build` leaves closed',
      '    build: { context: /b, dockerfile: D, additional_contexts: { x: /c } }\n    develop: { watch: [{ path: /w, action: rebuild }] }\n    volumes: ["/v:/v"]\n    credential_spec: { file: c.json }\n',
      [],
    ],
  ])('is %s', async (_what, text, expected) => {
    expect(await paths(web(text))).toEqual(expected)
  })

  test('is every one that a file and its override name', async () => {
    const over = 'services:\n  web:\n    env_file: b.env\n'

    expect(await paths({ ...web('    env_file: a.env\n'), 'compose.over.yaml': over })).toEqual([
      'web env_file /srv/shop/a.env',
      'web env_file /srv/shop/b.env',
    ])
  })

  test('is none that an override takes away', async () => {
    const over = 'services:\n  web:\n    env_file: !reset []\n'

    expect(await paths({ ...web('    env_file: /etc/shadow\n'), 'compose.over.yaml': over })).toEqual([])
  })

  test('lies beside the file of the service that is extended, or of the project that is included', async () => {
    const files = {
      'compose.yaml':
        'include: [inner/project.yaml]\nservices:\n  web:\n    extends: { file: base/base.yaml, service: base }\n    env_file: a.env\n',
      'base/base.yaml': 'services:\n  base:\n    image: web:1\n    env_file: b.env\n',
      'inner/project.yaml': 'services:\n  db:\n    image: db:1\n    env_file: c.env\n',
    }

    expect((await paths(files)).toSorted()).toEqual([
      'db env_file /srv/shop/inner/c.env',
      'web env_file /srv/shop/a.env',
      'web env_file /srv/shop/base/b.env',
    ])
  })

  test('may be of any service where every command opens it, and only of those that are made otherwise', async () => {
    const other =
      '  db:\n    image: db:1\n    profiles: [x]\n    env_file: d.env\n    secrets: [s]\nsecrets: { s: { file: s } }\n'

    expect(await paths(web(other))).toEqual(['db env_file /srv/shop/d.env'])
    expect(await paths(web(other), ['web', 'db'])).toEqual([
      'db env_file /srv/shop/d.env',
      'db secrets "s" /srv/shop/s',
    ])
  })

  test('is told with its line', async () => {
    expect((await named(web('    env_file:\n      - a.env\n'))).files).toMatchObject([
      { file: '/srv/shop/compose.yaml', line: 5 },
    ])
  })

  test('cannot be told where a variable that is needed is not set', async () => {
    expect((await named(web('    env_file: ${D:?}/x\n'))).problems).toMatchObject([
      {
        path: '/srv/shop/compose.yaml',
        line: 4,
        sentence: expect.stringMatching(/env_file of service "web" .*variable D/),
      },
    ])
  })
})
