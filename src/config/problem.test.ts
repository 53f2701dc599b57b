import { describe, expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { problems } = useConfigFolder()

describe('wrong files', () => {
  test('show all that is wrong, by line and key', async () => {
    const text = `pollIntervall: 5m
pollInterval: 300
watch: lablled
workloads:
  - match: {}
    mode: atuo
    gate:
      stable: 10
  - mode: auto
registries:
  - host: https://x/y
    username: u
  - just text
targets: []
defaults: 5
log:
  level: info
  level: info
state: relative
`

    expect(await problems(text)).toEqual([
      'longshore.yml:1: pollIntervall: unknown key; did you mean pollInterval?',
      'longshore.yml:2: pollInterval: must be a duration with a unit: 30s, 5m, 1h or 2d',
      'longshore.yml:3: watch: must be one of labelled, all; did you mean labelled?',
      'longshore.yml:5: workloads[0].match: needs at least one of name, label, image and stack',
      'longshore.yml:6: workloads[0].mode: must be one of auto, notify; did you mean auto?',
      'longshore.yml:8: workloads[0].gate.stable: must be a duration with a unit: 30s, 5m, 1h or 2d',
      'longshore.yml:9: workloads[1]: needs one of match, ensure, compose and compose_service',
      'longshore.yml:11: registries[0].host: must be a host in lower case such as registry.example.com or localhost:5000, without https:// and path',
      'longshore.yml:11: registries[0]: needs username and password, or neither',
      'longshore.yml:13: registries[1]: must be a mapping of keys to values',
      'longshore.yml:14: targets: needs at least one target',
      'longshore.yml:15: defaults: must be a mapping of keys to values',
      'longshore.yml:18: log.level: stands here for the second time',
      'longshore.yml:19: state: must be an absolute path, begin with ~/, or be a URL that begins with postgres://',
    ])
  })

  test.each([
    ['pollInterval: 5s', 'pollInterval: must be at least 10s'],
    ['pollInterval: 8d', 'pollInterval: must be at most 1w'],
    ['workloads: {}', 'workloads: must be a list'],
    ['<<: {watch: all}', '["<<"]: unknown key'],
    ['__proto__: {watch: all}', '__proto__: unknown key'],
    ['"a\\e[2J": 1', '["a\\u001b[2J"]: unknown key'],
    [
      'defaults: {policy: {order: server}}',
      'defaults.policy: order must be one of digest, semver, newest, numerical, alphabetical, calver, pin, not "server"',
    ],
    [
      'defaults: {policy: semver:1.2.3.4}',
      'defaults.policy: range: "1.2.3.4" is no range; write one such as ^1.2 or >=1.2 <2',
    ],
    ['defaults: {policy: {order: pin}}', 'defaults.policy: range is missing: pin needs the tag'],
    ['defaults: {keepImages: -1}', 'defaults.keepImages: must be a whole number from 0 to 100'],
    ['registries: [{host: a.b, plainHttp: 1}]', 'registries[0].plainHttp: must be true or false'],
    ['registries: [{host: a.b, password: secret1}]', 'registries[0]: needs username and password, or neither'],
    [
      'registries: [{host: a.b, username: u, password: 12345678}]',
      'registries[0].password: must be text; put it in quotes if it looks like a number',
    ],
    ['registries: [{host: a.b}, {host: a.b}]', 'registries[1]: has the same host and path as entry 0'],
    [
      'registries: [{host: a.b, plainHttp: true}, {host: a.b, path: x}]',
      'registries[1].plainHttp: must be as in entry 0, of the same host',
    ],
    ['targets: [{name: a}, {name: a}]', 'targets[1]: has the same name as entry 0'],
    ['targets: [{name: A}]', 'targets[0].name: must consist of a to z, 0 to 9 and -'],
    ['targets: [{name: a, host: 1.2.3.4}]', 'targets[0].host: must begin with unix:/// or tcp://'],
    [
      'targets: [{name: a, host: "tcp://10.0.0.5:2375"}]',
      'targets[0].host: is plain TCP to another machine, which only allowInsecure: true beside it allows',
    ],
  ])('%s', async (text, problem) => {
    expect(await problems(text)).toEqual([`longshore.yml:1: ${problem}`])
  })

  test.each([
    [
      'a tab as indentation',
      'log:\n\tlevel: info',
      'longshore.yml:2: a tab is used to indent; YAML allows only spaces',
    ],
    [
      'a second document',
      'watch: all\n---\nwatch: all',
      'longshore.yml:2: a second document begins; one file holds one',
    ],
    ['an unknown anchor', 'log: *nothing', 'longshore.yml:1: log: names an anchor that is not set above it'],
    [
      'a tag',
      'state: !x /srv',
      'longshore.yml:1: there is a tag after "!"; put the value in quotes if it is not meant as one',
    ],
  ])('%s is named', async (_, text, problem) => {
    expect(await problems(text)).toContain(problem)
  })

  test('cannot exhaust us by aliases of aliases, by cycles or by nesting', async () => {
    const levels = Array.from({ length: 20 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`)
    const tooMuch = expect.stringContaining('is nested too deeply')

    expect(await problems(`l0: &l0 x\n${levels.join('\n')}`)).toContainEqual(tooMuch)
    expect(await problems('log: &a [*a, *a]')).toContainEqual(tooMuch)
    expect(await problems('['.repeat(5000))).toContainEqual(tooMuch)
    expect(await problems(`log: ${'{a: '.repeat(100)}${'}'.repeat(100)}`)).toContainEqual(tooMuch)
  })

  test('say so when they are no mapping', async () => {
    expect(await problems('- 1')).toEqual(['longshore.yml: must be a mapping of keys to values'])
  })

  test('show a hundred problems at most, and count the rest', async () => {
    const lines = await problems(Array.from({ length: 130 }, (_, i) => `wrong${i}: 1`).join('\n'))

    expect(lines).toHaveLength(101)
    expect(lines.at(-1)).toBe('and 30 more')
  })
})
