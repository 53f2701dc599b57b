import { expect, test } from 'vitest'
import { environmentProxies } from './proxy.ts'

const proxy = 'http://proxy.example:3128/'

test.each([
  ['HTTPS_PROXY', 'https://r.example/', proxy],
  ['https_proxy', 'https://r.example/', proxy],
  ['HTTP_PROXY', 'http://r.example/', proxy],
  ['HTTP_PROXY', 'https://r.example/', null],
  ['HTTPS_PROXY', 'http://r.example/', null],
  ['HTTPS_PROXY', 'https://localhost/', null],
  ['HTTPS_PROXY', 'https://127.0.0.1:5000/', null],
  ['HTTPS_PROXY', 'https://[::1]:5000/', null],
])('%s for %s is %s', (variable, url, expected) => {
  expect(environmentProxies({ [variable]: 'http://proxy.example:3128' }).proxyFor(new URL(url))).toBe(expected)
})

test.each([
  ['r.example', 'https://r.example/', true],
  ['r.example', 'https://a.r.example:5000/', true],
  ['r.example', 'https://other-r.example/', false],
  ['.r.example', 'https://a.r.example/', true],
  ['.r.example', 'https://r.example/', false],
  ['*.r.example', 'https://a.r.example/', true],
  ['R.Example', 'https://r.example/', true],
  ['r.example:5000', 'https://r.example:5000/', true],
  ['r.example:5000', 'https://r.example/', false],
  ['r.example:443', 'https://r.example/', true],
  ['10.1.2.3', 'https://10.1.2.3/', true],
  ['10.1.2.3:5000', 'https://10.1.2.3:5000/', true],
  ['10.1.2.3:5000', 'https://10.1.2.3/', false],
  ['10.0.0.0/8', 'https://10.1.2.3:5000/', true],
  ['10.0.0.0/8', 'https://11.1.2.3/', false],
  ['10.0.0.0/8', 'https://r.example/', false],
  ['fd00::/8', 'https://[fd12::1]:5000/', true],
  ['[fd12::1]', 'https://[fd12::1]/', true],
  ['[fd12::1]:5000', 'https://[fd12::1]:5000/', true],
  ['fd12::1', 'https://[fd12::1]/', true],
  ['a.example, r.example', 'https://r.example/', true],
  ['a.example r.example', 'https://r.example/', true],
  ['10.0.0.0/64,', 'https://10.0.0.1/', false],
  ['*', 'https://r.example/', true],
  ['', 'https://r.example/', false],
])('NO_PROXY=%s exempts %s: %s', (written, url, isExempt) => {
  for (const name of ['NO_PROXY', 'no_proxy']) {
    const proxies = environmentProxies({ HTTPS_PROXY: proxy, [name]: written })
    expect(proxies.proxyFor(new URL(url)) === null).toBe(isExempt)
  }
})

test('small letters win, an empty variable is none, and http is meant where no protocol is written', () => {
  const proxies = environmentProxies({ HTTPS_PROXY: 'http://other.example', https_proxy: 'proxy.example:3128' })

  expect(proxies.proxyFor(new URL('https://r.example/'))).toBe(proxy)
  expect(environmentProxies({ HTTPS_PROXY: '' }).proxyFor(new URL('https://r.example/'))).toBeNull()
})

test.each(['socks5://u:secret-value@proxy.example', 'ftp://u:secret-value@proxy', 'http://u:secret-value@'])(
  'refuses %s without showing it',
  (written) => {
    expect(() => environmentProxies({ HTTPS_PROXY: written })).toThrow(/^HTTPS_PROXY (?!.*secret-value)/)
  },
)
