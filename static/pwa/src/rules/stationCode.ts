/** What a code at a door says: which station (its code in the network; null from bare digits), and the digits. */
export type DoorCode = { station: string | null; digits: string }

const LINK = /#\/code\/([^/]+)\/(\d{6})$/
const DIGITS = /^\d{6}$/

/** Null for any other QR code. */
export function readDoorCode(text: string): DoorCode | null {
  const link = LINK.exec(text)
  if (link) return { station: decodeURIComponent(link[1]!), digits: link[2]! }
  return DIGITS.test(text) ? { station: null, digits: text } : null
}

/** Typed digits: full-width ones and spaces are forgiven. Null until there are six. */
export function typedDigits(text: string): string | null {
  const digits = text.normalize('NFKC').replace(/\s/g, '')
  return DIGITS.test(digits) ? digits : null
}
