/**
 * Keeps a page's figures up to date while somebody looks at it: asks now and then whether anything may have
 * changed, which costs next to nothing, and fetches the figures only then. A hidden page asks nothing.
 */
import { onScopeDispose } from 'vue'
import { feelPulse } from './calls'
import { outcome, refreshShown } from './useLoad'

const EVERY_MS = 10_000
/** So many times as long as figures took to come nobody asks again: in a province something changes all the time. */
const RESTS = 4

export function usePulse(): void {
  let mark: string | null = null
  let asking = false
  let restsUntil = 0

  async function beat() {
    if (document.hidden || asking || performance.now() < restsUntil) return
    asking = true
    const { data } = await outcome(() => feelPulse(mark ?? ''))
    const isNews = mark !== null && data !== null
    mark = data ?? mark
    if (isNews) await refresh()
    asking = false
  }

  async function refresh() {
    const began = performance.now()
    await refreshShown()
    restsUntil = performance.now() + RESTS * (performance.now() - began)
  }

  const timer = setInterval(beat, EVERY_MS)
  document.addEventListener('visibilitychange', beat)
  void beat()
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', beat)
  })
}
