/**
 * A new version is taken when nobody is disturbed: no open form, nothing being sent, no touch for a while. Where
 * another tab took it, this one follows at its own calm moment. What is open is kept all the same
 * (src/composables/kept.ts), for whoever reloads by a tap.
 */
import { whenCalm } from './composables/calm'
import { takeUpdate } from './registerWorker'
import { UPDATE_AFTER_MS } from './rules/calm'

const stop = whenCalm({
  after_ms: UPDATE_AFTER_MS,
  act: () => {
    stop()
    takeUpdate()
  },
})
