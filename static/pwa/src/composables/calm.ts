/** Waits for a calm moment. Touches and keys are listened for from the first call on. */
import { isCalm, type Moment } from '@/rules/calm'
import { undoable } from './recorder'
import { sending } from './sending'
import { atDoor } from './stationCode'

const LOOK_MS = 1_000
const OPEN = 'form, dialog[open], video, input:focus, textarea:focus, select:focus'

let touched_at = Date.now()
for (const kind of ['pointerdown', 'keydown', 'input', 'scroll'])
  addEventListener(kind, () => (touched_at = Date.now()), { capture: true, passive: true })

const look = (): Moment => ({
  formOpen: document.querySelector(OPEN) !== null,
  sending: sending.value,
  underWay: undoable.size > 0 || atDoor.value !== null,
  hidden: document.visibilityState === 'hidden',
  quiet_ms: Date.now() - touched_at,
})

/** Calls `act` at each calm moment until what it gives is stopped. */
export function whenCalm({ after_ms, act }: { after_ms: number; act: () => void }): () => void {
  const timer = setInterval(() => isCalm(look(), after_ms) && act(), LOOK_MS)
  return () => clearInterval(timer)
}
