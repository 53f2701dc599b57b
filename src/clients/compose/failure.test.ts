import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../errors.ts'
import { composeFailure } from './failure.ts'

const project = { files: ['/srv/a.yaml'], projectDirectory: '/srv', project: 'shop', envFiles: [], profiles: [] }
const daemon = 'Error response from daemon: '
const runc =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: '

/** What `up` of Compose 2.26.1 printed last on engine 26.1.5, with its exit code. */
const seen: readonly (readonly [ErrorCode, number, string])[] = [
  ['TARGET_UNAVAILABLE', 1, 'Cannot connect to the Docker daemon at unix:///no.sock. Is the docker daemon running?'],
  ['TARGET_CONFLICT', 1, `${daemon}driver failed programming external connectivity on endpoint w (c9): Bind for 127.0.0.1:18999 failed: port is already allocated`],
  ['TARGET_CONFLICT', 1, `${daemon}Conflict. The container name "/fixed" is already in use by container "0f33". You have to remove (or rename) that container to be able to reuse that name.`],
  ['TARGET_CONFLICT', 1, `${daemon}Error when allocating new name: Conflict. The container name "/w-1" is already in use by container "9c". You have to remove`],
  ['TARGET_CONFLICT', 1, `${daemon}network ext not found`],
  ['TARGET_CONFLICT', 1, 'external volume "ext" not found'],
  ['TARGET_CONFLICT', 1, `${daemon}invalid mount config for type "bind": bind source path does not exist: /nonexist`],
  ['TARGET_CONFLICT', 1, `${daemon}No such container: 12204ed475e0`],
  ['TARGET_FAILED', 1, `${daemon}No such image: web:nope`],
  ['TARGET_FAILED', 1, `${daemon}error gathering device information while adding custom device "/dev/nope": no such file or directory`],
  ['TARGET_START_FAILED', 1, `${daemon}${runc}unable to start container process: exec: "/app": stat /app: no such file or directory: unknown`],
  ['TARGET_START_FAILED', 1, `${daemon}unable to find user nobodyx: no matching entries in passwd file`],
  ['COMPOSE_DEPENDENCY_UNREADY', 1, 'dependency failed to start: container dep-db-1 is unhealthy'],
  ['COMPOSE_DEPENDENCY_UNREADY', 1, 'service "db" didn\'t complete successfully: exit 1'],
  ['COMPOSE_FILE_INVALID', 15, 'yaml: line 1: did not find expected key'],
  ['COMPOSE_FILE_INVALID', 15, 'error while interpolating services.web.image: required variable TAG is missing a value: must be set'],
  ['COMPOSE_FILE_INVALID', 14, 'open /srv/a.yaml: no such file or directory'],
  ['COMPOSE_FILE_INVALID', 1, "Couldn't find env file: /srv/nope.env"],
  ['COMPOSE_FILE_INVALID', 1, 'no such service: nope: not found'],
  ['TARGET_FAILED', 1, 'something that nobody has seen'],
] // prettier-ignore

const result = (code: number | null, stderr: string) => ({ code, stdout: '', stderr, isCut: false })
const noise = `time="2026-11-21T03:14:40Z" level=warning msg="The \\"TAG\\" variable is not set. Defaulting to a blank string."
 Container shop-web-1  Recreate
 Container shop-web-1  Recreated
`

describe('a failed command', () => {
  test.each(seen)('is %s (exit code %i): %s', (code, exitCode, words) => {
    const failure = composeFailure(result(exitCode, `${noise}${words}\n`), 'up', project, [])

    const message = words.replace(daemon, '')
    expect(failure).toMatchObject({
      code,
      message: code === 'COMPOSE_FILE_INVALID' ? `/srv/a.yaml: ${message}` : message,
    })
  })

  test('that asks no engine is the file’s fault', () => {
    expect(composeFailure(result(1, 'whatever\n'), 'read', project, []).code).toBe('COMPOSE_FILE_INVALID')
  })

  test.each([
    [
      'with a page',
      `${daemon}<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>`,
    ],
    [
      'with a page, of a network',
      `failed to create network shop_default: ${daemon}<html><h1>403 Forbidden</h1></html>`,
    ],
    ['with a line', `${daemon}Forbidden`],
    ['by its method', `${daemon}Method Not Allowed`],
    [
      'without a word',
      'request returned Forbidden for API route and version http://127.0.0.1:2375/v1.45/containers/dca395bfa45c, check if the server supports the requested API version',
    ],
    [
      'without a word, as newer versions say it',
      'request returned 403 Forbidden for API route and version http://127.0.0.1:2375/v1.45/volumes/data, check if the server supports the requested API version',
    ],
  ])('that a proxy refused %s is told without that', (_how, words) => {
    const { code, message } = composeFailure(result(1, `${noise}${words}\n`), 'up', project, [])

    expect({ code, message }).toEqual({
      code: 'TARGET_FORBIDDEN',
      message: expect.stringMatching(/^a proxy before the engine refused .*; docs\/socket-proxy\.md/),
    })
  })

  test('that a plug-in of the engine refused is told in its words', () => {
    const words = 'authorization denied by plugin opa: no removals'

    expect(composeFailure(result(1, `${noise}${daemon}${words}\n`), 'up', project, [])).toMatchObject({
      code: 'TARGET_FORBIDDEN',
      message: words,
    })
  })

  test('without words tells its exit code', () => {
    expect(composeFailure(result(3, noise), 'up', project, []).message).toBe('docker compose ended with exit code 3')
  })

  test('has a message of one line without characters that a terminal obeys', () => {
    const { message } = composeFailure(result(1, `first\r\n\u001b[2Jsecond\n${'x'.repeat(5000)}`), 'up', project, [])

    expect(message).toMatch(/^first \\u001b\[2Jsecond x+$/)
    expect(message).toHaveLength(1000)
  })
})
