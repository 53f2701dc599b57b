import { firstTables } from './0001-first-tables.ts'
import { gateProbe } from './0002-gate-probe.ts'
import { rolloutSettings } from './0003-rollout-settings.ts'
import { wordsOfPeople } from './0004-words-of-people.ts'
import { eventInbox } from './0005-event-inbox.ts'
import { procedures } from './0006-procedures.ts'
import { replacedPins } from './0007-replaced-pins.ts'
import { kindsOfContainers } from './0008-kinds-of-containers.ts'
import { sets } from './0009-sets.ts'
import { groupsAndBrake } from './0010-groups-and-brake.ts'
import { hooks } from './0011-hooks.ts'
import { tagLists } from './0012-tag-lists.ts'
import { descriptionTimes } from './0013-description-times.ts'
import { eventTrail } from './0014-event-trail.ts'
import { senderTimes } from './0015-sender-times.ts'
import { rowSums } from './0016-row-sums.ts'
import type { Migration } from './migration.ts'

/** In order; the number of a migration is its place, counted from 1. Append only: released ones never change. */
export const migrations: readonly Migration[] = [
  firstTables,
  gateProbe,
  rolloutSettings,
  wordsOfPeople,
  eventInbox,
  procedures,
  replacedPins,
  kindsOfContainers,
  sets,
  groupsAndBrake,
  hooks,
  tagLists,
  descriptionTimes,
  eventTrail,
  senderTimes,
  rowSums,
]
