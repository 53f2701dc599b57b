import { one, started, type OptionGroup, type OptionSubjects } from './option-case.ts'

/** Options about networks, names and ports. */
export const networkOptions = ({
  front,
  back,
  six,
  neighbour,
  frontNeighbour,
  place,
}: OptionSubjects): readonly OptionGroup[] => {
  const address = (network: number) => `10.231.${network}.${100 + place}`
  const mac = (last: string) => `02:42:0a:e7:${(16 + place).toString(16)}:${last}`
  const port = (offset: number) => String(20_000 + 50 * place + offset)
  return [
    {
      title: 'Ports',
      cases: [
        one('--publish', `${port(0)}:80`),
        one('--publish', `${port(1)}:80/tcp`, '--publish', `127.0.0.1:${port(2)}:53/udp`),
        one('--publish', `${port(3)}-${port(5)}:90-92`),
        one('--publish', '83', '--publish', '127.0.0.1::81'),
        one('--publish', `${port(6)}-${port(16)}:84`),
        one('--publish', `[::1]:${port(17)}:85`),
        one('--publish-all'),
        started('--publish', '127.0.0.1::86'),
      ],
    },
    {
      title: 'Networks',
      cases: [
        started('--network', front),
        started('--network', front, '--network-alias', 'one', '--network-alias', 'two'),
        started('--network', front, '--ip', address(77)),
        started('--network', front, '--link-local-ip', '169.254.9.9'),
        { ...started('--network', front, '--mac-address', mac('99')), decides: ['--link'] },
        started('--network', six, '--ip6', `fd00:231:79::${100 + place}`),
        started('--network', six, '--ip', address(79), '--ip6', `fd00:231:79::${300 + place}`),
        {
          ...started('--network', `name=${front},alias=one,ip=${address(77)}`, '--network', `name=${back},alias=two`),
          since: '1.44',
        },
        {
          ...started('--network', back, '--network', `name=${front},mac-address=${mac('98')},driver-opt=example.key=1`),
          since: '1.44',
        },
        { ...started('--network', `name=${front},alias=one,driver-opt=example.key=1`) },
        {
          ...started('--network', front),
          name: `--network ${front}, then network connect --alias --ip ${back}`,
          connect: [['--alias', 'two', '--ip', address(78), back]],
        },
        {
          ...started('--network', six, '--network-alias', 'one'),
          name: `--network ${six} --network-alias one, then network connect ${back} and --link ${front}`,
          connect: [[back], ['--link', `${frontNeighbour}:friend`, front]],
        },
        started('--network', front, '--link', `${frontNeighbour}:friend`),
        started('--mac-address', mac('97')),
        one('--link', `${neighbour}:friend`),
        one('--network', 'host'),
        one('--network', 'host', '--hostname', 'mine'),
        one('--network', 'none'),
        one('--network', `container:${neighbour}`),
        { ...started('--network', `container:${neighbour}`), name: `--network container:${neighbour}, running` },
        one('--hostname', 'mine', '--domainname', 'example.com'),
        one('--domainname', 'example.com'),
        started('--network', front, '--hostname', 'mine'),
        one('--dns', '10.0.0.1', '--dns-search', 'example.com', '--dns-option', 'ndots:2'),
        one('--add-host', 'db:10.0.0.2', '--add-host', 'gateway:host-gateway'),
      ],
    },
  ]
}
