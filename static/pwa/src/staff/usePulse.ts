/**
 * Keeps a page's figures up to date while somebody looks at it: asks now and then whether anything may have
 * changed, which costs next to nothing, and fetches the figures only then. A hidden page asks nothing.
 */
import { onScopeDispose } from 'vue'
import { feelPulse } from './calls'
import { outcome, refreshShown } from './useLoad'

const EVERY_MS = 10_000

export function usePulse(): void {
  let mark: string | null = null
  let asking = false

  async function beat() {
    if (document.hidden || asking) return
    asking = true
    const { data } = await outcome(() => feelPulse(mark ?? ''))
    const isNews = mark !== null && data !== null
    mark = data ?? mark
    if (isNews) await refreshShown()
    asking = false
  }

  const timer = setInterval(beat, EVERY_MS)
  document.addEventListener('visibilitychange', beat)
  void beat()
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', beat)
  })
}
