/** Gives something to another app: a file, or words. */
export const canPass = (file: File): boolean => navigator.canShare?.({ files: [file] }) ?? false

/** To the app that the person chooses; where the browser can't, into the downloads. */
export async function handOut(file: File): Promise<void> {
  if (canPass(file)) await pass(file)
  else save(file)
}

/** Giving up in the browser's own dialog is no trouble. */
export const pass = (file: File) => navigator.share({ files: [file] }).catch(() => null)

export function save(file: File): void {
  const url = URL.createObjectURL(file)
  Object.assign(document.createElement('a'), { href: url, download: file.name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** False where the browser doesn't let a page copy. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
