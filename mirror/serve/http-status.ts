import http from 'node:http'
import https from 'node:https'

/**
 * Status that a server of ours answers with; 0 for none within 2 s. Asks only whether it serves: a certificate is checked
 * by those who pull.
 */
export function httpStatus(url: string): Promise<number> {
  return new Promise(resolve => {
    const options = { timeout: 2000, agent: false } as const
    const heard = (answer: http.IncomingMessage) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    }
    const asked = url.startsWith('https:')
      ? https.get(url, { ...options, rejectUnauthorized: false }, heard)
      : http.get(url, options, heard)
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(0))
  })
}
