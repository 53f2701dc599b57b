import type { RunConfig } from '../../src/clients/docker/shapes.ts'
import type { OptionCase } from './option-case.ts'

/** Something that an image and a user can both decide. */
export interface SharedSetting {
  readonly name: string
  /** How the user says it. */
  readonly said: Pick<OptionCase, 'options' | 'command'>
  /** What it is then, beside what the new image says where both are kept. */
  readonly own: RunConfig
  /** The part of a container's settings that it is about. */
  read(config: RunConfig): unknown
}

const option = (...options: string[]) => ({ options })
const second = 1_000_000_000

/** What an image has a say in, one by one; the values are unlike those of both images of the stage. */
export const sharedSettings: readonly SharedSetting[] = [
  {
    name: 'command',
    said: { options: [], command: ['7'] },
    own: { Cmd: ['7'] },
    read: ({ Cmd }) => Cmd,
  },
  {
    name: 'entrypoint',
    said: { options: ['--entrypoint', '/bin/busybox'], command: ['true'] },
    own: { Entrypoint: ['/bin/busybox'], Cmd: ['true'] },
    read: ({ Entrypoint, Cmd }) => ({ Entrypoint, Cmd }),
  },
  {
    name: 'environment',
    said: option('--env', 'COLOR=red'),
    own: { Env: ['COLOR=red', 'PATH=/bin:/usr/bin', 'NEW=1'] },
    read: ({ Env }) => (Env ?? []).toSorted(),
  },
  { name: 'user', said: option('--user', '7:8'), own: { User: '7:8' }, read: ({ User }) => User },
  {
    name: 'working folder',
    said: option('--workdir', '/mine'),
    own: { WorkingDir: '/mine' },
    read: ({ WorkingDir }) => WorkingDir,
  },
  {
    name: 'exposed ports',
    said: option('--expose', '7'),
    own: { ExposedPorts: { '7/tcp': {}, '80/tcp': {}, '82/tcp': {} } },
    read: ({ ExposedPorts }) => ExposedPorts,
  },
  {
    name: 'volumes',
    said: option('--volume', '/mine'),
    own: { Volumes: { '/mine': {}, '/data': {}, '/cache': {} } },
    read: ({ Volumes }) => Volumes,
  },
  {
    name: 'labels',
    said: option('--label', 'maker=me'),
    own: { Labels: { maker: 'me', version: '2', 'longshore.order': 'start-first' } },
    read: ({ Labels }) => Labels,
  },
  {
    name: 'health check',
    said: option('--health-cmd', 'true'),
    own: { Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 6 * second, Timeout: 3 * second } },
    read: ({ Healthcheck }) => Healthcheck,
  },
  {
    name: 'no health check',
    said: option('--no-healthcheck'),
    own: { Healthcheck: { Test: ['NONE'] } },
    read: ({ Healthcheck }) => Healthcheck?.Test,
  },
  {
    name: 'stop signal',
    said: option('--stop-signal', 'SIGUSR2'),
    own: { StopSignal: 'SIGUSR2' },
    read: ({ StopSignal }) => StopSignal,
  },
]
