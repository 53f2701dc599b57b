import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noHooks } from '../../rollout/hooks.ts'
import { readSettings, type WorkloadRule, type WorkloadSettings } from './workload-settings.ts'

const defaults: WorkloadSettings = {
  policy: 'digest',
  tags: null,
  minAge: null,
  mode: 'auto',
  order: 'auto',
  gate: { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, probe: null },
  keepOldMs: 600_000,
  keepImages: 1,
  onManualChange: 'hold',
  writeDigest: false,
  group: null,
  after: [],
  stopped: 'ignore',
  autoRemove: 'leave',
  jobs: 'leave',
  hooks: noHooks,
  hookRetryMs: 300_000,
}

const web = {
  kind: 'container',
  definedBy: [],
  name: 'web',
  image: 'nginx:1.27',
}

const read = (
  labels: Record<string, string>,
  rules: readonly WorkloadRule[] = [],
  watchMode: 'labelled' | 'all' = 'labelled',
) => readSettings({ ...web, labels }, rules, defaults, watchMode)

const ruleFor = (match: WorkloadRule['match'], rest: Partial<WorkloadRule> = {}): WorkloadRule => ({
  match,
  watch: true,
  settings: {},
  ...rest,
})

describe('what is watched', () => {
  test.each([
    [{}, false],
    [{ 'longshore.watch': 'true' }, true],
    [{ 'longshore.watch': 'false' }, false],
    [{ 'registry-docker-updater': 'true' }, true],
    [{ 'registry-docker-updater': 'false' }, false],
    [{ 'registry-docker-updater': 'maybe' }, false],
    [{ 'registry-docker-updater: true': '' }, true],
    [{ 'longshore.watch': 'false', 'registry-docker-updater': 'true' }, false],
  ])('labels %j alone give %s', (labels, watch) => {
    expect(read(labels).watch).toBe(watch)
  })

  test('"all" takes what nobody spoke of, but no workload that opted out', () => {
    expect(read({}, [], 'all')).toMatchObject({ watch: true, why: 'all workloads are watched' })
    expect(read({ 'longshore.watch': 'false' }, [], 'all').watch).toBe(false)
    expect(read({}, [ruleFor({ name: 'web' }, { watch: false })], 'all').watch).toBe(false)
  })

  test('a matching rule watches, and a label has the last word', () => {
    const rules = [ruleFor({ name: 'other' }), ruleFor({ name: 'we?' })]

    expect(read({}, rules)).toMatchObject({ watch: true, why: 'workloads[1] of the configuration matches' })
    expect(read({ 'longshore.watch': 'false' }, rules)).toMatchObject({
      watch: false,
      why: 'label longshore.watch=false',
    })
  })

  test('a mistyped value is shown as a problem rather than forgotten', () => {
    const reading = read({ 'longshore.watch': 'ture' })

    expect(reading.watch).toBe(true)
    expect(reading.problems).toEqual(['label "longshore.watch": must be true or false; did you mean true?'])
  })
})

describe('what a rule matches', () => {
  test.each([
    [{ name: 'web' }, true],
    [{ name: 'w' }, false],
    [{ label: 'tier' }, true],
    [{ label: 'tier=front=end' }, true],
    [{ label: 'tier=front' }, false],
    [{ label: 'toString' }, false],
    [{ image: 'nginx' }, true],
    [{ image: 'nginx:1.*' }, true],
    [{ image: 'library/nginx' }, true],
    [{ image: 'docker.io/library/*' }, true],
    [{ image: 'docker.io/library/nginx:1.27' }, true],
    [{ image: 'ngin' }, false],
    [{ name: 'web', image: 'httpd' }, false],
    [{}, false],
  ])('%j: %s', (match, matches) => {
    const reading = read({ tier: 'front=end' }, [ruleFor(match)])

    expect(reading.watch).toBe(matches)
  })

  test('a bare image id matches only as it is written', () => {
    const image = 'a'.repeat(64)
    const readWith = (glob: string) =>
      readSettings({ ...web, image, labels: {} }, [ruleFor({ image: glob })], defaults, 'labelled').watch

    expect(readWith('aaa*')).toBe(true)
    expect(readWith('docker.io/*')).toBe(false)
  })

  test('the first matching rule wins as a whole', () => {
    const rules = [
      ruleFor({ name: 'web' }, { settings: { mode: 'notify' } }),
      ruleFor({ image: 'nginx*' }, { settings: { mode: 'auto', keepImages: 7 } }),
    ]

    expect(read({}, rules).settings).toEqual({ ...defaults, mode: 'notify' })
  })
})

describe('settings', () => {
  test('are the defaults when nobody says otherwise', () => {
    expect(read({}).settings).toEqual(defaults)
  })

  test('labels beat the rule, and the rule beats the defaults, value by value', () => {
    const rule = ruleFor(
      { name: 'web' },
      { settings: { mode: 'notify', keepImages: 3, gate: { stableMs: 5000, deadlineMs: 300_000 } } },
    )

    const { settings } = read({ 'longshore.mode': 'auto', 'longshore.gate.stable': '20s' }, [rule])

    expect(settings).toEqual({
      ...defaults,
      mode: 'auto',
      keepImages: 3,
      gate: { stableMs: 20_000, minUptimeMs: 30_000, deadlineMs: 300_000, probe: null },
    })
  })

  test('a probe comes from the rule or the defaults, and from no label', () => {
    const probe = { kind: 'tcp', port: 80 } as const
    const rule = ruleFor({ name: 'web' }, { settings: { gate: { probe } } })

    const { settings, problems } = read({ 'longshore.gate.probe': 'exec:/bin/sh' }, [rule])

    expect(settings.gate).toEqual({ ...defaults.gate, probe })
    expect(problems).toEqual([expect.stringMatching(/^label "longshore.gate.probe": unknown label/)])
  })

  test('every label is read', () => {
    const { settings, problems } = read({
      'longshore.policy': 'digest',
      'longshore.mode': 'notify',
      'longshore.order': 'start-first',
      'longshore.gate.stable': '1s',
      'longshore.gate.deadline': '2s',
      'longshore.gate.min-uptime': '3s',
      'longshore.keep-old': '0s',
    })

    expect(problems).toEqual([])
    expect(settings).toEqual({
      ...defaults,
      mode: 'notify',
      order: 'start-first',
      gate: { stableMs: 1000, deadlineMs: 2000, minUptimeMs: 3000, probe: null },
      keepOldMs: 0,
    })
  })
})

describe('wrong labels are problems', () => {
  test.each([
    ['longshore.policy', ' ', 'is empty; digest is what holds without it'],
    ['longshore.tags', 'v*,,x', 'has nothing where a pattern should be'],
    ['longshore.tags', '', 'has nothing where a pattern should be'],
    ['longshore.tags', '[]', 'has nothing where a pattern should be'],
    ['longshore.tags', '["v*", 1]', 'begins like a JSON list of texts and is none'],
    ['longshore.mode', 'notfy', 'must be auto or notify; did you mean notify?'],
    ['longshore.mode', '', 'must be auto or notify'],
    ['longshore.order', 'Auto', 'must be auto or stop-first or start-first; did you mean auto?'],
    ['longshore.gate.stable', '10', 'needs a unit: 30s, 5m, 1h or 2d'],
    ['longshore.gate.deadline', '0s', 'must be at least 1s'],
    ['longshore.keep-old', '31d', 'must be at most 30d'],
    ['longshore.window', 'x', 'not supported yet'],
    [
      'longshore.group',
      'a b',
      'must be a name of letters, digits, dots, - and _, at most 60, that begins with a letter or digit',
    ],
    ['longshore.after', 'db,,api', 'has an empty name between commas'],
    ['longshore.name', 'x', 'not supported yet'],
    ['longshore.ploicy', 'digest', 'unknown label; did you mean longshore.policy?'],
    ['longshore.__proto__', 'x', 'unknown label'],
    ['longshore.watch: true', '', 'this is all name and no value; in a list, write "- longshore.watch=..."'],
    ['longshore.gate.stable: 3s', '', 'this is all name and no value; in a list, write "- longshore.gate.stable=..."'],
    ['longshore.foo: true', '', 'unknown label'],
  ])('%s=%s', (label, text, problem) => {
    expect(read({ [label]: text }).problems).toEqual([`label "${label}": ${problem}`])
  })

  test('except those that we write ourselves, and those of others', () => {
    const labels = { 'longshore.operation': '1', 'longshore.operation.replaces': 'x', 'com.example.mode': 'x' }

    expect(read(labels).problems).toEqual([])
  })

  test('and leave every setting at a known value, whatever they hold', () => {
    const label = fc.constantFrom('watch', 'policy', 'mode', 'order', 'gate.stable', 'gate.deadline', 'keep-old', '')
    const anyLabels = fc.dictionary(
      label.map((word) => `longshore.${word}`),
      fc.string({ maxLength: 12 }),
    )

    fc.assert(
      fc.property(anyLabels, (labels) => {
        const { settings, problems } = read(labels)

        expect(settings.policy).toBe(labels['longshore.policy']?.trim() || 'digest')
        expect(['auto', 'notify']).toContain(settings.mode)
        expect(problems.length).toBeLessThanOrEqual(Object.keys(labels).length)
      }),
    )
  })
})
