import { entry } from './entry.ts'

/** Codes about the state. */
export const stateErrors = {
  STATE_LOCKED: entry(
    409,
    true,
    'user',
    'Another longshore uses this state; stop it, or give this one its own --state.',
  ),
  STATE_UNREADABLE: entry(500, false, 'user', 'Run as its user; if it is damaged: longshore state check, or restore.'),
  STATE_NEWER: entry(
    500,
    false,
    'user',
    'A newer longshore wrote it: run that one, or go back: longshore state restore (docs/state.md).',
  ),
  STATE_NOT_FOUND: entry(
    404,
    false,
    'user',
    'Name the folder or the database of the state with --state, and run as its user.',
  ),
  STATE_BACKUP_UNUSABLE: entry(
    409,
    false,
    'user',
    'Name another one: `longshore state check` lists the backups and says which are good.',
  ),
  STATE_UNAVAILABLE: entry(
    503,
    true,
    'user',
    'Bring the database back, or correct its address; what waits for it goes on by itself.',
  ),
  STATE_REFUSED: entry(
    500,
    false,
    'user',
    "Correct user, password, rights or TLS of the state's address: docs/state.md says what is needed.",
  ),
  STATE_MOVED: entry(
    409,
    false,
    'user',
    'Set `state` to where it was moved, or take this one again: longshore state move --cancel.',
  ),
  STATE_NOT_EMPTY: entry(409, false, 'user', 'Name an empty database, schema or folder.'),
  STATE_BACKUP_ELSEWHERE: entry(409, false, 'user', "Use PostgreSQL's own backups: docs/state.md."),
  STATE_UNWRITABLE: entry(507, true, 'user', 'Make the state folder writable, or free disk space.'),
}
