import { createHash } from 'node:crypto'

/** Certificates and keys as files hold them: armoured, between two lines that say of what kind they are. */
const armour = /^([ \t]*)-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n([\s\S]*?)^[ \t]*-----END \2-----[ \t]*\r?$/gm
/** Headers and the checksum of OpenPGP's armour, which are no content. */
const notContent = /^[ \t]*([A-Za-z-]+: .*|=[A-Za-z0-9+/]{4})?\r?$/

/**
 * The same text with each certificate and key as one line: nobody reads what they hold, and two that differ do so in
 * their fingerprint. Of a certificate it is the one that `openssl x509 -fingerprint -sha256` gives.
 */
export const elideArmour = (text: string): string =>
  text.replace(armour, (block, indent: string, kind: string, body: string) => {
    const content = body.split('\n').filter(line => !notContent.test(line))
    const hash = createHash('sha256')
      .update(Buffer.from(content.join(''), 'base64'))
      .digest('hex')
    return `${indent}-----BEGIN ${kind}----- ${block.split('\n').length} lines, sha256 ${hash.slice(0, 16)}`
  })
