// Fills a phone's own database as after years of use: `records` receipts with their entries, spread over months, and
// copies of the stations it has until there are `stations`.
({ records, stations }) =>
  new Promise((done, failed) => {
    const opening = indexedDB.open('workstation')
    opening.onerror = () => failed(opening.error)
    opening.onsuccess = () => {
      const database = opening.result
      const writing = database.transaction(['feed', 'entries', 'receipts', 'states'], 'readwrite')
      const [feed, entries, receipts, states] = ['feed', 'entries', 'receipts', 'states'].map((name) =>
        writing.objectStore(name),
      )
      const iso = (at) => new Date(at).toISOString()
      states.getAll().onsuccess = ({ target }) => {
        const [{ person, device_id, epoch }] = target.result
        feed.getAll(IDBKeyRange.bound([person, 'station'], [person, 'station\uffff'])).onsuccess = (event) => {
          const known = event.target.result.filter(({ noun }) => noun === 'station')
          for (let at = known.length; at < stations; at++) {
            const row = known[at % known.length]
            const id = crypto.randomUUID()
            const round = Math.floor(at / known.length)
            const { name, code, lat, lon } = row.data
            const moved = { id, name: `${name} ${round}`, code: `${code}-${round}`, lat: lat + round / 500, lon }
            feed.put({ ...row, id, data: { ...row.data, ...moved } })
          }
          for (let at = 0; at < records; at++) {
            const id = crypto.randomUUID()
            const recorded = Date.now() - (at + 1) * 40 * 60_000
            const station_id = known[at % known.length].id
            const body = { station_id, purpose: 'duty' }
            entries.put({
              ...{ id, person, device_id, seq: 100_000 + at, state: 'received', kind: 'check_in', v: 1 },
              ...{ recorded_at: iso(recorded), body, run: 'former', tapped_ms: 0, reason: null },
            })
            receipts.put({
              ...{ id, person, status: 'accepted', receipt_no: 1_000_000 + at, received_at: iso(recorded) },
              ...{ occurred_at: iso(recorded), clock_error_s: 1, flags: [], verdict: 'inside', distance_m: 40 },
              ...{ evidence: 2, sealed: 'x'.repeat(600), epoch, stored_at: recorded },
            })
          }
        }
      }
      writing.oncomplete = () => done(database.close())
      writing.onerror = () => failed(writing.error)
    }
  })
