import { expect, it } from 'vitest'
import { aptProxy } from './surroundings.ts'

it('hands on a proxy that hosts can reach, for each scheme its own', () => {
  expect(aptProxy({ http_proxy: 'http://proxy.example:3128', HTTPS_PROXY: 'http://10.0.0.1:8080' })).toBe(
    'Acquire::http::Proxy "http://proxy.example:3128";\nAcquire::https::Proxy "http://10.0.0.1:8080";\n',
  )
})

it.each([
  'http://127.0.0.1:3128',
  'http://user:word@localhost:3128',
  'http://[::1]:3128',
  'socks5://proxy.example',
  'http://a"; Dir "/',
  '',
])('keeps %j to itself', proxy => expect(aptProxy({ http_proxy: proxy })).toBe(''))
