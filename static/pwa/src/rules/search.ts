/** Finding a record by any of its words. Full-width digits and capitals are forgiven. */
const plain = (text: string) => text.normalize('NFKC').toLowerCase()

/** Whether every word of the search stands somewhere in these parts. */
export function holds(parts: (string | number | null | undefined)[], search: string): boolean {
  const text = plain(parts.filter((part) => part !== null && part !== undefined).join(' '))
  return plain(search)
    .split(/\s+/)
    .every((word) => text.includes(word))
}
