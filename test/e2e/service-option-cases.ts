/** What options refer to: made by the test. */
export interface ServiceSubjects {
  readonly secret: string
  readonly config: string
  readonly network: string
  /** With the line `MINE=1`. */
  readonly envFile: string
}

/** Options of `docker service create`, each in a group that is given to one service. */
export const serviceOptions = ({ secret, config, network, envFile }: ServiceSubjects): readonly string[][] => [
  [],
  ['--env', 'COLOR=red', '--env', 'EMPTY='],
  ['--env-file', envFile],
  ['--label', 'maker=me', '--container-label', 'inside=yes'],
  ['--hostname', '{{.Node.Hostname}}-{{.Task.Slot}}'],
  ['--user', '1000:1000', '--group', 'audio', '--workdir', '/tmp'],
  ['--entrypoint', '/bin/sh -c'],
  ['--tty', '--read-only', '--init'],
  ['--cap-add', 'NET_ADMIN', '--cap-drop', 'CHOWN'],
  ['--ulimit', 'nofile=1000:2000', '--sysctl', 'net.core.somaxconn=1024'],
  ['--host', 'db:10.0.0.2', '--dns', '10.0.0.3', '--dns-option', 'ndots:2', '--dns-search', 'example.com'],
  ['--limit-cpu', '0.5', '--limit-memory', '64m', '--limit-pids', '100', '--reserve-cpu', '0.25', '--reserve-memory', '32m'],
  ['--generic-resource', 'gpu=2'],
  ['--mount', 'type=volume,source=data,target=/data,volume-label=a=b,volume-driver=local'],
  ['--mount', 'type=volume,target=/anonymous'],
  ['--mount', 'type=bind,source=/tmp,target=/host,readonly,bind-propagation=rslave'],
  ['--mount', 'type=tmpfs,target=/scratch,tmpfs-size=1000000,tmpfs-mode=1770'],
  ['--secret', `source=${secret},target=/run/key,mode=0400,uid=1000`],
  ['--config', `source=${config},target=/etc/app.conf,mode=0440`],
  ['--network', `name=${network},alias=front,driver-opt=a=b`],
  ['--network', 'host'],
  ['--publish', 'published=8080,target=80'],
  ['--publish', 'mode=host,target=81,protocol=udp', '--endpoint-mode', 'dnsrr'],
  ['--health-cmd', 'true', '--health-interval', '5s', '--health-timeout', '2s', '--health-retries', '4', '--health-start-period', '3s', '--health-start-interval', '1s'],
  ['--no-healthcheck'],
  ['--stop-signal', 'SIGUSR1', '--stop-grace-period', '42s'],
  ['--restart-condition', 'on-failure', '--restart-delay', '7s', '--restart-max-attempts', '3', '--restart-window', '60s'],
  ['--update-delay', '3s', '--update-failure-action', 'rollback', '--update-max-failure-ratio', '0.25', '--update-monitor', '9s', '--update-order', 'start-first', '--update-parallelism', '3'],
  ['--rollback-delay', '3s', '--rollback-failure-action', 'continue', '--rollback-max-failure-ratio', '0.5', '--rollback-monitor', '9s', '--rollback-order', 'start-first', '--rollback-parallelism', '2'],
  ['--constraint', 'node.role==manager', '--placement-pref', 'spread=node.labels.zone', '--replicas-max-per-node', '2'],
  ['--mode', 'global', '--constraint', 'node.labels.nowhere==1'],
  ['--mode', 'replicated-job', '--max-concurrent', '2'],
  ['--log-driver', 'json-file', '--log-opt', 'max-size=1m'],
  ['--isolation', 'default'],
  ['--credential-spec', 'file://spec.json'],
  ['--no-resolve-image'],
  ['--with-registry-auth'],
  [...sinceApi146.options],
] // prettier-ignore

/** What the command refuses an older engine, and what it writes into the specification of its container for a newer one. */
export const sinceApi146 = { options: ['--oom-score-adj', '100'], written: { OomScoreAdj: 100 } } as const

/** Options that say how the command is to behave, or that every case is given anyway. */
export const withoutCase = new Set(['detach', 'quiet', 'name', 'replicas'])

/** Names of the options among arguments. */
export const optionNames = (args: readonly string[]): readonly string[] =>
  args.flatMap((each) => /^--([a-z-]+)$/.exec(each)?.[1] ?? [])
