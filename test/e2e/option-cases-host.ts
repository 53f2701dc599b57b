import { one, started, type OptionCase, type OptionGroup, type OptionSubjects } from './option-case.ts'

const asksMuch = (given: OptionCase, neverStarts: string): OptionCase => ({ ...given, neverStarts })
const maybe = (given: OptionCase): OptionCase => ({ ...given, mayBeUnseen: true })
const noWeight = 'few kernels have the block scheduler for it'
const noSharing = 'it asks that the file system of the machine is shared'
const noRealtime = 'few kernels give real time to groups'

/** Options about storage. */
export const mountOptions = ({ volume, neighbour, folder }: OptionSubjects): OptionGroup => ({
  title: 'Mounts',
  cases: [
    one('--volume', '/mine'),
    one('--volume', `${folder}:/host`, '--volume', `${folder}:/ro:ro`, '--volume', `${folder}:/z:z`),
    asksMuch(one('--volume', `${folder}:/slave:rslave`), noSharing),
    one('--volume', `${volume}:/named`, '--volume', `${volume}:/named-ro:ro,nocopy`),
    one('--volume', '/driven', '--volume-driver', 'local'),
    one('--volume', `${volume}:/data`),
    one('--mount', `type=bind,src=${folder},dst=/host-b,readonly,bind-propagation=rprivate`),
    asksMuch(one('--mount', `type=bind,src=${folder},dst=/host-c,bind-propagation=rslave`), noSharing),
    { ...one('--mount', `type=bind,src=${folder},dst=/host-d,bind-recursive=disabled`), since: '1.44' },
    one('--mount', `type=volume,src=${volume},dst=/named-b,volume-nocopy,readonly`),
    maybe(one('--mount', 'type=volume,dst=/labelled,volume-label=a=b')),
    { ...one('--mount', `type=volume,src=${volume},dst=/part,volume-subpath=some/part`), since: '1.45' },
    one('--mount', 'type=tmpfs,dst=/scratch-b,tmpfs-size=1m,tmpfs-mode=700'),
    one('--tmpfs', '/scratch', '--tmpfs', '/run:rw,noexec,size=64k'),
    one('--volumes-from', neighbour),
    one('--volumes-from', `${neighbour}:ro`),
  ],
})

/** Options about limits, rights and namespaces. */
export const hostOptions = ({ neighbour, folder }: OptionSubjects): readonly OptionGroup[] => [
  {
    title: 'Limits',
    cases: [
      one('--memory', '64m', '--memory-reservation', '32m', '--memory-swap', '128m'),
      one('--memory', '64m'),
      one('--memory', '64m', '--memory-swap', '-1'),
      asksMuch(one('--memory', '64m', '--memory-swappiness', '10'), 'control groups of version 2 have none'),
      asksMuch(one('--memory', '64m', '--oom-kill-disable'), 'control groups of version 2 have none'),
      asksMuch(
        { ...one('--kernel-memory', '64m'), unseen: { from: '1.42', why: 'the engine ignores it' } },
        'gone from kernels',
      ),
      one('--oom-score-adj', '100'),
      one('--cpus', '0.5'),
      one('--cpuset-cpus', '0', '--cpuset-mems', '0', '--cpu-shares', '512'),
      one('--cpu-period', '50000', '--cpu-quota', '25000'),
      asksMuch(one('--cpu-rt-period', '1000000', '--cpu-rt-runtime', '950000'), noRealtime),
      one('--pids-limit', '64'),
      asksMuch(maybe(one('--blkio-weight', '300', '--blkio-weight-device', '/dev/null:200')), noWeight),
      // The command of 26.1 forgets to send these two.
      maybe(asksMuch(one('--device-read-bps', '/dev/null:1mb', '--device-write-bps', '/dev/null:1mb'), noWeight)),
      maybe(asksMuch(one('--device-read-iops', '/dev/null:9', '--device-write-iops', '/dev/null:9'), noWeight)),
      one('--ulimit', 'nofile=1024:2048', '--ulimit', 'core=0'),
      one('--shm-size', '32m'),
      one('--sysctl', 'net.ipv4.ip_forward=1'),
      asksMuch(one('--cgroup-parent', '/longshore-test'), 'it leaves a control group behind'),
    ],
  },
  {
    title: 'Rights',
    cases: [
      // Dropping what `--privileged` gives is refused by some runtimes.
      { ...one('--cap-add', 'NET_ADMIN', '--cap-drop', 'ALL'), decides: ['privileged'] },
      asksMuch(one('--privileged'), 'a machine in a sandbox may not have all rights to give'),
      one('--security-opt', 'no-new-privileges', '--security-opt', 'seccomp=unconfined'),
      { ...one('--security-opt', 'systempaths=unconfined'), decides: ['masked paths'] },
      asksMuch(
        one('--security-opt', 'label=disable', '--security-opt', 'apparmor=unconfined'),
        'few kernels have both',
      ),
      one('--group-add', '100', '--group-add', '101'),
      one('--read-only'),
      one('--device', '/dev/null:/dev/nothing:r', '--device-cgroup-rule', 'c 1:3 rwm'),
      asksMuch(one('--gpus', 'device=0'), 'few machines have one'),
      asksMuch(one('--gpus', 'all,capabilities=utility'), 'few machines have one'),
    ],
  },
  {
    title: 'Namespaces',
    cases: [
      one('--ipc', 'host'),
      one('--ipc', 'shareable'),
      maybe(one('--ipc', 'private')),
      one('--ipc', 'none'),
      one('--ipc', `container:${neighbour}`),
      one('--pid', 'host'),
      one('--pid', `container:${neighbour}`),
      one('--uts', 'host'),
      started('--uts', 'host', '--network', 'host'),
      one('--userns', 'host'),
      maybe(one('--cgroupns', 'private')),
      maybe(one('--cgroupns', 'host')),
    ],
  },
  {
    title: 'The rest',
    cases: [
      maybe(one('--restart', 'no')),
      one('--restart', 'always'),
      one('--restart', 'unless-stopped'),
      one('--restart', 'on-failure'),
      one('--restart', 'on-failure:3'),
      one('--rm'),
      one('--init'),
      one('--tty', '--interactive'),
      one('--interactive', '--attach', 'stdin', '--attach', 'stdout'),
      one('--log-driver', 'local', '--log-opt', 'max-size=1m', '--log-opt', 'max-file=2'),
      one('--log-driver', 'none'),
      one('--log-opt', 'tag=mine'),
      maybe(one('--runtime', 'runc')),
      one('--isolation', 'default'),
      { ...one('--annotation', 'a=b'), since: '1.43' },
      {
        ...one('--platform', 'linux'),
        unseen: { from: '0.0', why: 'a rollout stays on the platform of the image that runs' },
      },
      {
        ...one('--cidfile', `${folder}/cid`),
        leftOut: { field: 'ContainerIDFile', why: 'the id in that file is the old container’s' },
      },
    ],
  },
]
