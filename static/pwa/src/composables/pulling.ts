/** Pulling the page down at its top does what 现在就发 does. There is always that button too: WCAG 2.5.7. */
import { onScopeDispose, shallowRef } from 'vue'
import { pulledTo, type Pull } from '@/rules/pulling'
import { send } from './sending'

/** Told to the window when the answers on the page should be asked for anew. */
export const PULLED = 'pulled'

/** How far the page is pulled now, in px; null when it is not. */
export function usePulling() {
  const pull = shallowRef<Pull | null>(null)
  let from: Touch | null = null

  function began({ touches }: TouchEvent) {
    const isFree = touches.length === 1 && scrollY <= 0 && !document.querySelector('dialog[open]')
    from = isFree ? touches[0]! : null
  }
  function moved({ touches }: TouchEvent) {
    pull.value = from && pulledTo({ from, to: touches[0]! })
  }
  function ended() {
    if (pull.value?.isFar) refresh()
    from = pull.value = null
  }

  const heard = { touchstart: began, touchmove: moved, touchend: ended, touchcancel: () => (from = pull.value = null) }
  for (const [name, hear] of Object.entries(heard)) addEventListener(name, hear as EventListener, { passive: true })
  onScopeDispose(() => {
    for (const [name, hear] of Object.entries(heard)) removeEventListener(name, hear as EventListener)
  })
  return pull
}

function refresh(): void {
  navigator.vibrate?.(15)
  void send('tap')
  dispatchEvent(new Event(PULLED))
}
