/** Full-width digits of a Chinese keyboard count as digits. */
export const pinOf = (typed: string): string => typed.normalize('NFKC').trim()

export const isPin = (digits: string): boolean => /^\d{4,6}$/.test(digits)
