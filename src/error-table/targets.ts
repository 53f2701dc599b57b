import { entry } from './entry.ts'

/** Codes about what runs workloads, and about what is run there. */
export const targetErrors = {
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
  TARGET_NETWORK_LOST: entry(
    409,
    false,
    'user',
    'Connect the container to its network again, as the message says, and then say `longshore resume WORKLOAD`.',
  ),
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
}
