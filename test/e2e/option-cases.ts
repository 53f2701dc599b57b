import type { OptionCase, OptionGroup, OptionSubjects } from './option-case.ts'
import { apiOptions } from './option-cases-api.ts'
import { hostOptions, mountOptions } from './option-cases-host.ts'
import { imageOptions } from './option-cases-image.ts'
import { networkOptions } from './option-cases-network.ts'

/** Options of `docker create` that leave nothing on a container, or that no engine on Linux takes. */
export const optionsWithoutTrace: ReadonlySet<string> = new Set([
  'help',
  'name',
  'pull',
  'quiet',
  'disable-content-trust',
  // Windows.
  'cpu-count',
  'cpu-percent',
  'io-maxbandwidth',
  'io-maxiops',
  // Asks for a file system that few have.
  'storage-opt',
  // Made of a mount and a variable by the command itself.
  'use-api-socket',
])

/** Everything that can be set on a container, alone and where two things touch, in the order of the table. */
export const optionGroups = (subjects: OptionSubjects): readonly OptionGroup[] => [
  imageOptions(subjects),
  ...networkOptions(subjects),
  mountOptions(subjects),
  ...hostOptions(subjects),
  apiOptions(subjects),
]

export const optionCases = (subjects: OptionSubjects): readonly OptionCase[] =>
  optionGroups(subjects).flatMap(({ cases }) => cases)

/** Names of the options that a list of arguments uses, without the dashes. */
export const optionsOf = (options: readonly string[]): readonly string[] =>
  options.filter((option) => option.startsWith('--')).map((option) => option.slice(2))

/** What a container in earnest use may have, all at once; known to every engine. */
export const manyOptions = ({ front, back, volume, place }: OptionSubjects): OptionCase => ({
  name: 'many at once',
  options: [
    ['--network', `name=${front},alias=one`, '--hostname', 'mine', '--publish', `127.0.0.1:${20_049 + 50 * place}:80`],
    ['--volume', '/mine', '--volume', `${volume}:/named:ro`, '--tmpfs', '/scratch'],
    ['--mount', 'type=tmpfs,dst=/memory,tmpfs-size=1m', '--dns', '10.0.0.1', '--add-host', 'db:10.0.0.2'],
    ['--env', 'COLOR=red', '--label', 'maker=me', '--user', '0', '--workdir', '/', '--restart', 'always'],
    ['--memory', '64m', '--cpus', '0.5', '--pids-limit', '64', '--ulimit', 'nofile=1024:2048', '--shm-size', '32m'],
    ['--cap-add', 'NET_ADMIN', '--security-opt', 'no-new-privileges', '--device', '/dev/null:/dev/nothing:r'],
    ['--group-add', '100', '--sysctl', 'net.ipv4.ip_forward=1', '--ipc', 'shareable', '--init', '--no-healthcheck'],
    ['--stop-timeout', '7', '--stop-signal', 'SIGKILL', '--log-opt', 'max-size=1m', '--expose', '91/udp'],
  ].flat(),
  connect: [['--alias', 'two', back]],
})
