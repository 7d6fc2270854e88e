/**
 * Whether this window is known to be private. Safari and Firefox give such a window no files of its own; Chromium
 * hides the difference on purpose, and there it is only said that storage was not promised.
 */
export async function isPrivate(): Promise<boolean> {
  const opening = navigator.storage?.getDirectory?.()
  if (!opening) return false
  return opening.then(
    () => false,
    () => true,
  )
}
