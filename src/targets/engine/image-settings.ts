import { listOf, objectOf, textMapOf, textOf, textsOf } from '../../clients/docker/json.ts'
import type { ImageSettings } from './image-defaults.ts'

/**
 * The defaults in an image's configuration document. What is not of its documented type reads as absent.
 * @see OCI image-spec, "Image Configuration"; `Healthcheck` and `Shell` are Docker's own
 */
export function readImageSettings(document: unknown): ImageSettings {
  const config = objectOf(objectOf(document)['config'])
  const list = (key: string) => (listOf(config[key]).length > 0 ? { [key]: textsOf(config[key]) } : {})
  const set = (key: string) => ({
    [key]: Object.fromEntries(Object.keys(objectOf(config[key])).map((each) => [each, {}])),
  })
  const text = (key: string) => (textOf(config[key]) === '' ? {} : { [key]: textOf(config[key]) })
  const check = objectOf(config['Healthcheck'])
  return {
    ...list('Env'),
    ...list('Cmd'),
    ...list('Entrypoint'),
    ...text('User'),
    ...text('WorkingDir'),
    ...text('StopSignal'),
    ...set('ExposedPorts'),
    ...set('Volumes'),
    Labels: textMapOf(config['Labels']),
    ...(textsOf(check['Test']).length > 0 && { Healthcheck: { ...check, Test: textsOf(check['Test']) } }),
  }
}
