import { describe, expect, test } from 'vitest'
import { eventSourceKinds } from '../../src/config/event-schemas.ts'
import { eventSources } from '../../src/events/index.ts'
import { senders } from '../fakes/senders/senders.ts'
import { eventSourceKit } from './event-source-kit.ts'

test('every kind is here, and the configuration knows all of them', () => {
  const kinds = Object.keys(eventSources).toSorted()

  expect(senders.map(({ kind }) => kind).toSorted()).toEqual(kinds)
  expect(eventSourceKinds.toSorted()).toEqual(kinds)
})

for (const sender of senders) describe(sender.kind, () => eventSourceKit(sender))
