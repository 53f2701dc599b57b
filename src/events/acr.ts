import { fieldOf, readJsonText, textOf } from '../lib/json-fields.ts'
import type { EventSource, EventSourceOptions } from './event-source.ts'
import { idFrom } from './format/ids.ts'
import { eventsMax } from './format/image-events.ts'
import { readNotification } from './format/notification.ts'
import { isAuthorized } from './proof/authorization.ts'
import { onlyHeader } from './proof/header.ts'

const imageEventTypes = ['Microsoft.ContainerRegistry.ImagePushed', 'Microsoft.ContainerRegistry.ImageDeleted']
/** In the one schema or the other. */
const typeOf = (event: unknown): string =>
  textOf(event, textOf(event, 'specversion') === null ? 'eventType' : 'type') ?? ''

const validation = 'Microsoft.EventGrid.SubscriptionValidationEvent'

/**
 * Azure Container Registry: its own webhooks, one event in the words of Distribution, and Event Grid in its own schema, a
 * list of such, or as CloudEvents, one or a list. `ping`, charts and quarantine concern no image that we could roll out.
 *
 * @see Azure, "Container registry webhook reference" and "Azure Container Registry as an Event Grid source"
 */
export function createAcrSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify: isAuthorized,
    showsSecret: isAuthorized,
    // With CloudEvents it asks by OPTIONS, in the place of `greet`.
    origins: ['eventgrid.azure.net'],
    parse({ body }) {
      const json = readJsonText(body)
      if (textOf(json, 'action') !== null) return readNotification(registry, json, () => idFrom(body))
      const events: unknown = textOf(json, 'specversion') === null ? json : [json]
      if (!Array.isArray(events) || events.length > eventsMax) return null
      return events.flatMap((event: unknown, index) =>
        imageEventTypes.includes(typeOf(event))
          ? readNotification(registry, fieldOf(event, 'data'), () => idFrom(body, index))
          : [],
      )
    },
    /** The address for the other way to validate is never asked. @see Azure, "Endpoint validation with Event Grid" */
    async greet(request) {
      if (onlyHeader(request, 'aeg-event-type') !== 'SubscriptionValidation') return null
      const json = readJsonText(request.body)
      const events: readonly unknown[] = Array.isArray(json) ? json.slice(0, eventsMax) : []
      const asking = events.find((event) => textOf(event, 'eventType') === validation)
      const code = textOf(fieldOf(asking, 'data'), 'validationCode') ?? ''
      // Only what looks like a code is said back.
      return /^[\w.-]{1,200}$/.test(code) ? { validationResponse: code } : null
    },
  }
}
