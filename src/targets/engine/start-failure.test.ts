import { describe, expect, test } from 'vitest'
import { AppError, type ErrorCode } from '../../errors.ts'
import { startFailure } from './start-failure.ts'

const runc =
  'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: '
const endpoint = 'driver failed programming external connectivity on endpoint web (358f50b1e71a): '

/** What engine 26.1.5 with runc 1.1.5 was seen to answer, with its status. */
const seen: readonly (readonly [ErrorCode, ErrorCode, string])[] = [
  ['TARGET_START_FAILED', 'TARGET_REJECTED', `${runc}exec: "/nope": stat /nope: no such file or directory: unknown`],
  ['TARGET_START_FAILED', 'TARGET_REJECTED', `${runc}exec: "nope": executable file not found in $PATH: unknown`],
  ['TARGET_START_FAILED', 'TARGET_REJECTED', `${runc}exec: "/noexec": permission denied: unknown`],
  ['TARGET_START_FAILED', 'TARGET_FAILED', 'unable to find user nobodyx: no matching entries in passwd file'],
  ['TARGET_START_FAILED', 'TARGET_REJECTED', 'no command specified'],
  ['TARGET_START_FAILED', 'TARGET_REJECTED', 'Cannot mkdir: /badexec is not a directory'],
  [
    'TARGET_START_FAILED',
    'TARGET_REJECTED',
    `${runc}error during container init: error mounting "/srv/d" to rootfs at "/bin/sh": mount /srv/d:/bin/sh (via /proc/self/fd/6), flags: 0x5000: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`,
  ],
  [
    'TARGET_FAILED',
    'TARGET_REJECTED',
    `${runc}error during container init: open /proc/sys/net/nope: no such file or directory: unknown`,
  ],
  ['TARGET_CONFLICT', 'TARGET_FAILED', `${endpoint}Bind for 127.0.0.1:18999 failed: port is already allocated`],
  [
    'TARGET_CONFLICT',
    'TARGET_FAILED',
    `${endpoint}Error starting userland proxy: listen tcp4 127.0.0.1:18998: bind: address already in use`,
  ],
  ['TARGET_CONFLICT', 'TARGET_CONFLICT', 'Address already in use'],
  ['TARGET_CONFLICT', 'TARGET_NOT_FOUND', 'network front not found'],
  ['TARGET_CONFLICT', 'TARGET_NOT_FOUND', 'No such container: vpn'],
  [
    'TARGET_CONFLICT',
    'TARGET_REJECTED',
    'invalid mount config for type "bind": bind source path does not exist: /srv/data',
  ],
  [
    'TARGET_FAILED',
    'TARGET_FAILED',
    'error gathering device information while adding custom device "/dev/nope": no such file or directory',
  ],
  ['TARGET_FAILED', 'TARGET_FAILED', 'could not select device driver "nvidia" with capabilities: [[gpu]]'],
  [
    'TARGET_FAILED',
    'TARGET_FAILED',
    'failed to create task for container: failed to initialize logging driver: dial tcp 127.0.0.1:1: connect: connection refused',
  ],
  ['TARGET_REJECTED', 'TARGET_REJECTED', 'Minimum memory limit allowed is 6MB'],
  ['TARGET_REJECTED', 'TARGET_REJECTED', 'unknown or invalid runtime name: nope'],
]

describe('a failed start', () => {
  test.each(seen)('is %s (status %s): %s', (code, status, message) => {
    const failure = startFailure(new AppError(status, `POST /containers/358f50b1e71a/start: ${message}`))

    expect(failure).toMatchObject({ code, message })
  })

  test.each(['TARGET_UNAVAILABLE', 'ABORTED'] as const)('stays %s when the engine gave no answer', (code) => {
    const error = new AppError(code, 'POST /containers/358f50b1e71a/start: OCI runtime create failed')

    expect(startFailure(error)).toBe(error)
  })
})
