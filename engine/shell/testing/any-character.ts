import fc from 'fast-check'

/**
 * Whatever UTF-8 can write, for `fc.string({ unit: anyCharacter })`. fast-check's own 'binary' is the same, and takes a
 * second of each process to put its characters in order.
 */
export const anyCharacter = fc
  .oneof(
    fc.integer({ min: 0, max: 0x7f }),
    fc.integer({ min: 0x80, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  .map(
    number => String.fromCodePoint(number),
    text => {
      if (typeof text !== 'string' || [...text].length !== 1) throw new Error('it is not one character')
      return text.codePointAt(0) ?? 0
    },
  )
