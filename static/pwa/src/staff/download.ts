/** Saves a table as a file. The browser can't sign a plain link, so the file is fetched and handed over. */
import { getFile } from './calls'

export async function download(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await getFile(path))
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
