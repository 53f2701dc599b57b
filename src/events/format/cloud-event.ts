import { fieldOf, readJsonText, textOf } from '../../lib/json-fields.ts'
import type { EventRequest } from '../event-source.ts'
import { onlyHeader } from '../proof/header.ts'

/** What of a CloudEvent is looked at. */
export interface CloudEvent {
  readonly id: string | null
  readonly type: string
  /** As it is written there; empty where it is not. */
  readonly time: string
  readonly data: unknown
}

/**
 * A CloudEvent in JSON, in either way that HTTP carries one: structured, all of it in the body, or binary, the data in
 * the body and the rest in headers.
 *
 * @returns null when it is none
 * @see CloudEvents "HTTP Protocol Binding" 3.1 and 3.2
 */
export function readCloudEvent(request: EventRequest): CloudEvent | null {
  const json = readJsonText(request.body)
  const inHeader = onlyHeader(request, 'ce-type')
  if (inHeader !== '') {
    if (json === undefined) return null
    const [id, time] = [onlyHeader(request, 'ce-id') || null, onlyHeader(request, 'ce-time')]
    return { id, type: inHeader, time, data: json }
  }
  const type = textOf(json, 'type')
  if (type === null || textOf(json, 'specversion') === null) return null
  return { id: textOf(json, 'id'), type, time: textOf(json, 'time') ?? '', data: fieldOf(json, 'data') }
}
