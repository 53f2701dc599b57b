import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isProgress, parseSteps } from './steps.ts'

/** What Compose 2.26.1 was seen to print with `--ansi never --progress plain`. */
const seen: readonly (readonly [what: string, output: string, steps: readonly string[]])[] = [
  ['a service that is as it should be', ' DRY-RUN MODE -  Container shop-web-1  Running', ['shop-web-1 untouched']],
  [
    'a recreation beside a healthy dependency',
    ` DRY-RUN MODE -  Container dep-db-1  Running
 DRY-RUN MODE -  Container dep-web-1  Recreate
 DRY-RUN MODE -  Container dep-web-1  Recreated
 DRY-RUN MODE -  Container dep-db-1  Waiting
 DRY-RUN MODE -  Container dep-db-1  Healthy
 DRY-RUN MODE -  Container a93eaa7ae049_dep-web-1  Starting
 DRY-RUN MODE -  Container a93eaa7ae049_dep-web-1  Started`,
    ['dep-db-1 untouched', 'dep-web-1 recreate'],
  ],
  [
    'a job that would run again',
    ` Container dep-db-1  Created
 Container dep-web-1  Running
 Container dep-db-1  Starting
 Container dep-db-1  Started
 Container dep-db-1  Waiting
 Container dep-db-1  Exited`,
    ['dep-db-1 start', 'dep-web-1 untouched'],
  ],
  [
    'one instance more',
    ` Container sc-web-1  Running
 Container sc-web-2  Creating
 Container sc-web-2  Created
 Container sc-web-2  Starting
 Container sc-web-2  Started`,
    ['sc-web-1 untouched', 'sc-web-2 create'],
  ],
  [
    'one instance less',
    ` Container sc-web-1  Running
 Container sc-web-2  Stopping
 Container sc-web-2  Stopped
 Container sc-web-2  Removing
 Container sc-web-2  Removed`,
    ['sc-web-1 untouched', 'sc-web-2 remove'],
  ],
  [
    'what a killed recreation left',
    ` DRY-RUN MODE -  Container ac7090eb5c39_p1-web-1  Stopping
 DRY-RUN MODE -  Container ac7090eb5c39_p1-web-1  Removed
 DRY-RUN MODE -  Container p1-web-1  Recreate
 DRY-RUN MODE -  Container ac7090eb5c39_p1-web-1  Starting`,
    ['ac7090eb5c39_p1-web-1 remove', 'p1-web-1 recreate'],
  ],
  [
    'a new container whose transient name stayed',
    ' DRY-RUN MODE -  Container ac7090eb5c39_p1-web-1  Starting',
    ['ac7090eb5c39_p1-web-1 start'],
  ],
  [
    'a project that was not there, and a warning',
    `time="2026-11-21T03:18:08Z" level=warning msg="Found orphan containers ([ro-old-1]) for this project."
 Network p1_default  Creating
 Network p1_default  Created
 Volume "p1_data"  Creating
 Container p1-web-1  Creating`,
    ['p1_default create', 'p1_data create', 'p1-web-1 create'],
  ],
  ['a word of a later version', ' Container p1-web-1  Teleporting', ['p1-web-1 unknown']],
]

describe('the output of up', () => {
  test.each(seen)('tells %s', (_what, output, steps) => {
    expect(parseSteps(output).map(({ name, action }) => `${name} ${action}`)).toEqual(steps)
  })

  test('is read whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const { name } of parseSteps(` Container x  Recreate\n${text}`)) expect(name).not.toBe('')
      }),
    )
  })

  test('an error is no progress', () => {
    expect(isProgress('Error response from daemon: network ext not found')).toBe(false)
    expect(isProgress('network ext not found')).toBe(false)
    expect(isProgress(' Container web-1  Starting')).toBe(true)
  })
})
