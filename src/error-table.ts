/** Who has to do something before the same call can succeed. */
export type Actor = 'user' | 'registry' | 'target' | 'us'

interface ErrorEntry {
  /** Status that the HTTP API answers with. */
  readonly status: number
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retry: boolean
  readonly actor: Actor
  /** One sentence that says what to do. */
  readonly hint: string
}

const entry = (status: number, retry: boolean, actor: Actor, hint: string): ErrorEntry => ({
  status,
  retry,
  actor,
  hint,
})

/**
 * Every error code there is. A code is never reused or renamed once released;
 * `docs/errors.md` is held equal to this table by a test.
 */
export const errorTable = {
  REFERENCE_INVALID: entry(400, false, 'user', 'Write [host/]path[:tag][@digest] in lower case, without blanks.'),
  DIGEST_INVALID: entry(400, false, 'user', 'Write sha256: followed by 64 lower-case hexadecimal digits.'),
  PLATFORM_INVALID: entry(
    400,
    false,
    'user',
    'Write os/architecture or os/architecture/variant, as in linux/arm64/v8.',
  ),
  MANIFEST_INVALID: entry(502, false, 'registry', 'Push the image again; what lies under this tag is not an image.'),

  REGISTRY_NOT_FOUND: entry(
    404,
    true,
    'registry',
    'Check that the repository and the tag exist; nothing is changed while they do not.',
  ),
  REGISTRY_UNAUTHORIZED: entry(401, false, 'user', 'Check the credentials for this registry host.'),
  REGISTRY_FORBIDDEN: entry(
    403,
    false,
    'user',
    'Give the credentials pull access to this repository, or check its name.',
  ),
  REGISTRY_RATE_LIMITED: entry(
    429,
    true,
    'registry',
    'Nothing to do: the host is asked again after the time it named.',
  ),
  REGISTRY_UNAVAILABLE: entry(503, true, 'registry', 'Nothing to do: it is tried again at the next poll.'),
  REGISTRY_INTEGRITY: entry(
    502,
    true,
    'registry',
    'The answer did not match its digest or was cut off; nothing is deployed from it.',
  ),
  REGISTRY_TOO_LARGE: entry(
    502,
    false,
    'registry',
    'The answer is larger than any image description may be; look at what lies there.',
  ),
  REGISTRY_REFUSED: entry(
    502,
    false,
    'user',
    'The registry pointed somewhere that is not allowed; allow the realm in the configuration if it is yours.',
  ),
  REGISTRY_BLOCKED: entry(412, true, 'registry', 'A policy of the registry forbids this image; see its message.'),
  CREDENTIALS_INVALID: entry(400, false, 'user', 'Correct the credentials entry that the message names.'),

  CONFIG_NOT_FOUND: entry(400, false, 'user', 'Name an existing file with --config or LONGSHORE_CONFIG.'),
  CONFIG_INVALID: entry(
    400,
    false,
    'user',
    'Correct what the message names; `longshore config schema` prints what is allowed.',
  ),
  CONFIG_UNSAFE: entry(400, false, 'user', 'Take the write permission from group and others: chmod go-w FILE.'),
  POLICY_INVALID: entry(
    400,
    false,
    'user',
    'Correct the policy; docs/policies/ has a page for each that may be written.',
  ),

  TARGET_UNAVAILABLE: entry(503, true, 'target', 'Start the engine, or name its socket with DOCKER_HOST.'),
  TARGET_FORBIDDEN: entry(
    403,
    false,
    'user',
    'Give it the group of the socket (group_add), or allow on the proxy what the message names.',
  ),
  TARGET_UNSUPPORTED: entry(
    501,
    false,
    'user',
    'Use a Docker engine with API 1.41 or newer, or what else the message names.',
  ),
  TARGET_NOT_FOUND: entry(
    404,
    false,
    'target',
    'The object is gone from the target; it is looked at afresh at the next pass.',
  ),
  TARGET_CONFLICT: entry(409, true, 'target', 'Free the name or port that the message names; it is tried again later.'),
  TARGET_REJECTED: entry(
    422,
    false,
    'user',
    'The engine refused the settings of this workload; the message says which.',
  ),
  TARGET_FAILED: entry(502, true, 'target', 'See the engine’s own message; it is tried again later.'),
  TARGET_PULL_FAILED: entry(502, true, 'target', 'The image could not be pulled; the old version was not touched.'),
  TARGET_START_FAILED: entry(502, false, 'user', 'The new image cannot be started; see the message.'),
  TARGET_REFUSED: entry(
    409,
    false,
    'us',
    'Longshore would have removed something that is not its own; please report this.',
  ),

  HOOK_INVALID: entry(400, false, 'user', 'Correct the hook in the configuration: name a program that is there.'),

  COMPOSE_MISSING: entry(
    501,
    true,
    'user',
    'Install the docker-compose-plugin package, or mount docker and its compose plug-in into the container.',
  ),
  COMPOSE_TOO_OLD: entry(501, true, 'user', 'Install Docker Compose 2.23.1 or newer.'),
  COMPOSE_FILE_INVALID: entry(422, false, 'user', 'Correct the Compose file or its environment as the message says.'),
  COMPOSE_PATH_REFUSED: entry(
    403,
    false,
    'user',
    'Move the file into an allowed folder, or name its folder under compose.roots, beside those of the projects.',
  ),
  COMPOSE_FILE_UNREADABLE: entry(
    400,
    false,
    'user',
    'Make the file that the message names an ordinary UTF-8 file that this user may read.',
  ),
  COMPOSE_FILE_UNWRITABLE: entry(
    507,
    true,
    'user',
    'Mount the file writable, give this user write access, or free disk space, as the message says.',
  ),
  COMPOSE_DEPENDENCY_UNREADY: entry(
    409,
    true,
    'target',
    'Look at the service that this one depends on; it is tried again later.',
  ),

  STATE_LOCKED: entry(
    409,
    true,
    'user',
    'Another longshore uses this state; stop it, or give this one its own --state.',
  ),
  STATE_UNREADABLE: entry(
    500,
    false,
    'user',
    'Run as the user who owns the state; if it is damaged or not ours, move it aside to start afresh.',
  ),
  STATE_NEWER: entry(500, false, 'user', 'The state was written by a newer longshore; run that one.'),
  STATE_UNWRITABLE: entry(507, true, 'user', 'Make the state folder writable, or free disk space.'),

  WORKLOAD_NOT_FOUND: entry(404, false, 'user', 'Name a workload as `longshore status` lists it.'),
  WORKLOAD_AMBIGUOUS: entry(409, false, 'user', 'Name the workload by its whole id, as `longshore status` lists it.'),
  REVISION_NOT_FOUND: entry(
    404,
    false,
    'user',
    'Name a digest, a part of one, or a tag that the workload ran; `longshore history WORKLOAD` shows them.',
  ),
  WORKLOAD_LEFT_ALONE: entry(409, false, 'user', 'Change what the message names, then say it again.'),
  QUARANTINE_NOT_FOUND: entry(404, false, 'user', 'Name a digest as `longshore quarantine list` shows it.'),
  IMAGE_NOT_FOUND: entry(404, false, 'user', 'Name a tag or a digest that the registry has.'),
  CONTROL_PATH_TOO_LONG: entry(
    400,
    false,
    'user',
    'Name a state folder with a shorter path: --state FOLDER, or `state` in the configuration.',
  ),
  CONTROL_UNSAFE: entry(
    400,
    false,
    'user',
    'Keep the state folder, and control.sock in it, for its user alone: chmod 700 FOLDER.',
  ),
  CONTROL_UNREACHABLE: entry(
    503,
    true,
    'us',
    'Look whether the service still runs; `longshore history` shows what it was told.',
  ),
  CONTROL_VERSION: entry(502, false, 'user', 'Restart the service: it and this command are of different versions.'),
  REQUEST_INVALID: entry(400, false, 'user', 'Correct what the message names; after an upgrade, restart the service.'),
  SERVICE_SILENT: entry(
    503,
    true,
    'us',
    'Look at the log of the service and restart it; what was under way goes on where it stood.',
  ),
  EVENT_UNAUTHORIZED: entry(401, false, 'user', 'Give the sender the name and the secret of a source in `events`.'),
  EVENT_FAILURES: entry(
    429,
    true,
    'user',
    'Correct the secret of the sender; with the right one it is let in at once.',
  ),
  EVENT_TOO_LARGE: entry(413, false, 'user', 'Send at most 3 MiB.'),
  EVENT_ENCODED: entry(415, false, 'user', 'Send the body as it is, without compression.'),
  EVENT_BUSY: entry(503, true, 'us', 'Send it again later.'),
  EVENT_NOT_KEPT: entry(503, true, 'us', 'Send it again later; the log of the service says what is wrong.'),
  LISTEN_FAILED: entry(500, false, 'user', 'Free the port, or name another one with `listen` in the configuration.'),
  ROUTE_NOT_FOUND: entry(404, false, 'user', 'Look the address up in docs/events/.'),
  CLI_USAGE: entry(400, false, 'user', 'See longshore --help.'),
  ABORTED: entry(503, true, 'us', 'The work was stopped before it ended; it goes on at the next start.'),
  INTERNAL: entry(500, false, 'us', 'This is a fault of longshore; please report it with the message.'),
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorTable
