import { one, type OptionCase, type OptionGroup, type OptionSubjects } from './option-case.ts'

const sleep = ['/bin/busybox', 'sleep', '1000']
const named = (name: string, options: readonly string[], command: readonly string[] = []): OptionCase => ({
  name,
  options,
  command,
})

/** Options about things that an image has a say in too. */
export const imageOptions = ({ folder }: OptionSubjects): OptionGroup => ({
  title: 'Where the image has a say too',
  cases: [
    { ...named('nothing', []), mayBeUnseen: true },
    one('--env', 'COLOR=red', '--env', 'MINE=1', '--env', 'EMPTY='),
    one('--env-file', `${folder}/env`),
    one('--label', 'maker=me', '--label', 'com.docker.compose.config-hash=abc', '--label', 'longshore.policy=digest'),
    one('--label-file', `${folder}/labels`),
    named('a command', [], ['700']),
    named('--entrypoint with a command', ['--entrypoint', '/bin/busybox'], ['sleep', '700']),
    { ...named('--entrypoint without a command', ['--entrypoint', '/bin/busybox']), neverStarts: 'it ends at once' },
    {
      ...named("--entrypoint with the image's command", ['--entrypoint', '/bin/busybox'], ['1000']),
      neverStarts: 'it ends at once',
    },
    named('--entrypoint ""', ['--entrypoint', ''], sleep),
    one('--user', '0:0'),
    one('--workdir', '/elsewhere'),
    one('--expose', '90', '--expose', '91/udp'),
    one('--expose', '6000-6002'),
    one('--health-cmd', 'true', '--health-interval', '3s'),
    one('--health-interval', '3s'),
    one('--health-retries', '9', '--health-timeout', '2s', '--health-start-period', '7s'),
    { ...one('--health-start-interval', '4s'), since: '1.44' },
    {
      ...one('--no-healthcheck'),
      decides: ['cmd', 'interval', 'retries', 'timeout', 'start-period', 'start-interval'].map(
        (each) => `health-${each}`,
      ),
    },
    one('--stop-signal', 'SIGUSR2'),
    one('--stop-timeout', '7'),
  ],
})
