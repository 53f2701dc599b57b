/** One way to run a container, as options of `docker run`. */
export interface OptionCase {
  readonly name: string
  readonly options: readonly string[]
  readonly command?: readonly string[]
  /** What shows only once it has run: addresses, and what the engine makes of them. */
  readonly isStarted?: true
}

/** What the options refer to; each exists before the first case. */
export interface OptionSubjects {
  /** A network on 10.231.77.0/24. */
  readonly front: string
  /** A network on 10.231.78.0/24. */
  readonly back: string
  /** A volume. */
  readonly volume: string
  /** A running container on the default bridge, with an anonymous volume at /shared. */
  readonly neighbour: string
  /** A running container on `front`. */
  readonly frontNeighbour: string
  /** A folder with the files `env` and `labels`. */
  readonly folder: string
}

const sleep = ['/bin/busybox', 'sleep', '1000']

/** Options of `docker run` that leave nothing on a container, or that no engine on Linux takes. */
export const optionsWithoutTrace: ReadonlySet<string> = new Set([
  'help',
  'name',
  'pull',
  'quiet',
  'platform',
  'disable-content-trust',
  'detach',
  'detach-keys',
  'sig-proxy',
  // Windows.
  'cpu-count',
  'cpu-percent',
  'io-maxbandwidth',
  'io-maxiops',
  // Gone from the engine, or asking for a kernel or a file system that few have.
  'kernel-memory',
  'cpu-rt-period',
  'cpu-rt-runtime',
  'storage-opt',
  'ip6',
  // Made of a mount and a variable by the command itself.
  'use-api-socket',
])

const one = (...options: string[]): OptionCase => ({ name: options.join(' '), options })
const started = (...options: string[]): OptionCase => ({ ...one(...options), isStarted: true })

/** Every option of `docker run` that leaves something on a container, alone and where two of them touch. */
export const optionCases = ({
  front,
  back,
  volume,
  neighbour,
  frontNeighbour,
  folder,
}: OptionSubjects): OptionCase[] => [
  { name: 'nothing', options: [] },

  // Where an image has a say.
  one('--env', 'COLOR=red', '--env', 'MINE=1', '--env', 'EMPTY='),
  one('--env-file', `${folder}/env`),
  one('--label', 'maker=me', '--label', 'com.docker.compose.config-hash=abc', '--label', 'longshore.policy=digest'),
  one('--label-file', `${folder}/labels`),
  { name: 'a command', options: [], command: ['7'] },
  { name: '--entrypoint with a command', options: ['--entrypoint', '/bin/busybox'], command: ['sleep', '7'] },
  { name: '--entrypoint without a command', options: ['--entrypoint', '/bin/busybox'] },
  { name: "--entrypoint with the image's command", options: ['--entrypoint', '/bin/busybox'], command: ['1000'] },
  { name: '--entrypoint ""', options: ['--entrypoint', ''], command: sleep },
  one('--user', '0:0'),
  one('--workdir', '/elsewhere'),
  one('--expose', '90', '--expose', '91/udp'),
  one('--volume', '/mine'),
  one('--health-cmd', 'true', '--health-interval', '3s'),
  one('--health-interval', '3s'),
  one('--health-retries', '9', '--health-timeout', '2s', '--health-start-period', '7s'),
  one('--health-start-interval', '4s'),
  one('--no-healthcheck'),
  one('--stop-signal', 'SIGUSR2'),
  one('--stop-timeout', '7'),

  // Ports.
  one('--publish', '80:80'),
  one('--publish', '8080:80/tcp', '--publish', '127.0.0.1:53:53/udp', '--publish', '8100-8102:90-92'),
  one('--publish', '80', '--publish', '127.0.0.1::81'),
  one('--publish', '8200-8210:80'),
  one('--publish-all'),
  started('--publish', '127.0.0.1::80'),

  // Mounts.
  one('--volume', `${folder}:/host`, '--volume', `${folder}:/ro:ro`, '--volume', `${folder}:/z:rslave,z`),
  one('--volume', `${volume}:/named`, '--volume', `${volume}:/named-ro:ro,nocopy`),
  one('--volume', '/mine', '--volume-driver', 'local'),
  one('--volume', `${volume}:/data`),
  one('--mount', `type=bind,src=${folder},dst=/host,readonly,bind-propagation=rprivate`),
  one('--mount', `type=bind,src=${folder},dst=/host,bind-recursive=disabled`),
  one('--mount', `type=volume,src=${volume},dst=/named,volume-nocopy,readonly`),
  one('--mount', 'type=volume,dst=/mine,volume-label=a=b'),
  one('--mount', 'type=tmpfs,dst=/scratch,tmpfs-size=1m,tmpfs-mode=700'),
  one('--tmpfs', '/scratch', '--tmpfs', '/run:rw,noexec,size=64k'),
  one('--volumes-from', `${neighbour}:ro`),

  // Networks.
  started('--network', front),
  started('--network', front, '--network-alias', 'one', '--network-alias', 'two'),
  started('--network', front, '--ip', '10.231.77.77'),
  started('--network', front, '--link-local-ip', '169.254.9.9'),
  started('--network', front, '--mac-address', '02:42:0a:e7:4d:99'),
  started(
    '--network',
    `name=${front},alias=one,ip=10.231.77.78`,
    '--network',
    `name=${back},alias=two,ip=10.231.78.78`,
  ),
  started('--network', back, '--network', `name=${front},mac-address=02:42:0a:e7:4d:98,driver-opt=com.example.key=1`),
  started('--network', front, '--link', `${frontNeighbour}:friend`),
  started('--mac-address', '02:42:ac:11:00:99'),
  one('--link', `${neighbour}:friend`),
  one('--network', 'host'),
  one('--network', 'host', '--hostname', 'mine'),
  one('--network', 'none'),
  one('--network', `container:${neighbour}`),
  started('--network', `container:${neighbour}`),
  one('--hostname', 'mine', '--domainname', 'example.com'),
  one('--domainname', 'example.com'),
  started('--network', front, '--hostname', 'mine'),
  one('--dns', '10.0.0.1', '--dns-search', 'example.com', '--dns-option', 'ndots:2'),
  one('--add-host', 'db:10.0.0.2', '--add-host', 'gateway:host-gateway'),

  // Limits.
  one('--memory', '64m', '--memory-reservation', '32m', '--memory-swap', '128m', '--memory-swappiness', '10'),
  one('--memory', '64m'),
  one('--memory', '64m', '--memory-swap', '-1', '--oom-kill-disable'),
  one('--oom-score-adj', '100'),
  one('--cpus', '0.5', '--cpuset-cpus', '0', '--cpuset-mems', '0', '--cpu-shares', '512'),
  one('--cpu-period', '50000', '--cpu-quota', '25000'),
  one('--pids-limit', '64'),
  one('--blkio-weight', '300', '--blkio-weight-device', '/dev/null:200'),
  one('--device-read-bps', '/dev/null:1mb', '--device-write-bps', '/dev/null:1mb'),
  one('--device-read-iops', '/dev/null:9', '--device-write-iops', '/dev/null:9'),
  one('--ulimit', 'nofile=1024:2048', '--ulimit', 'core=0'),
  one('--shm-size', '32m'),
  one('--sysctl', 'net.ipv4.ip_forward=1'),
  one('--cgroup-parent', '/longshore-test'),

  // Rights.
  one('--cap-add', 'NET_ADMIN', '--cap-drop', 'ALL'),
  one('--privileged'),
  one('--security-opt', 'no-new-privileges', '--security-opt', 'seccomp=unconfined'),
  one('--security-opt', 'systempaths=unconfined'),
  one('--group-add', '100', '--group-add', '101'),
  one('--read-only'),
  one('--userns', 'host'),
  one('--device', '/dev/null:/dev/nothing:r', '--device-cgroup-rule', 'c 1:3 rwm'),
  one('--gpus', 'device=0'),

  // Namespaces.
  one('--ipc', 'host'),
  one('--ipc', 'shareable'),
  one('--ipc', `container:${neighbour}`),
  one('--pid', 'host'),
  one('--pid', `container:${neighbour}`),
  one('--uts', 'host'),
  started('--uts', 'host', '--network', 'host'),
  one('--cgroupns', 'private'),
  one('--cgroupns', 'host'),

  // The rest.
  one('--restart', 'always'),
  one('--restart', 'unless-stopped'),
  one('--restart', 'on-failure:3'),
  one('--rm'),
  one('--init'),
  one('--tty', '--interactive'),
  one('--interactive', '--attach', 'stdin', '--attach', 'stdout'),
  one('--log-driver', 'local', '--log-opt', 'max-size=1m', '--log-opt', 'max-file=2'),
  one('--log-driver', 'none'),
  one('--log-opt', 'tag=mine'),
  one('--runtime', 'runc'),
  one('--isolation', 'default'),
  one('--annotation', 'a=b'),
  one('--cidfile', `${folder}/cid`),
  {
    name: 'many at once',
    options: [
      '--network',
      `name=${front},alias=one`,
      '--network',
      `name=${back},alias=two`,
      '--hostname',
      'mine',
      '--publish',
      '8300:80',
      '--volume',
      '/mine',
      '--volume',
      `${volume}:/named:ro`,
      '--tmpfs',
      '/scratch',
      '--env',
      'COLOR=red',
      '--label',
      'maker=me',
      '--user',
      '0',
      '--workdir',
      '/',
      '--restart',
      'always',
      '--memory',
      '64m',
      '--cap-add',
      'NET_ADMIN',
      '--init',
      '--no-healthcheck',
      '--stop-timeout',
      '7',
    ],
    command: ['7'],
    isStarted: true,
  },
]
