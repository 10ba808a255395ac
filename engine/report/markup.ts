/** Text for XML and HTML, in content and in quoted attributes. Characters that XML 1.0 cannot hold become U+FFFD. */
export const escapeMarkup = (text: string): string =>
  text
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, at => `&#${at.charCodeAt(0)};`)
