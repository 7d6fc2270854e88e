// Run in the office's page before its own scripts: which tasks were long, and when the page is usable.
window.longTasks = []
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) window.longTasks.push({ startTime, duration })
}).observe({ type: 'longtask', buffered: true })
window.stages = {}
const STAGES = {
  sentences: () => {
    const told = [...document.querySelectorAll('.sentences p')].map(({ textContent }) => textContent)
    return told.length >= 3 && !told.includes('…')
  },
  list: () => document.querySelector('.head .list li, .head .list .empty'),
  table: () => document.querySelectorAll('.coverage > .table tbody tr').length > 1,
  map: () => document.querySelector('.map canvas:not([aria-busy=true]), .map [data-key]'),
  network: () => document.querySelector('.bar .network')
}
const look = () => {
  for (const [stage, is] of Object.entries(STAGES)) if (!(stage in window.stages) && is()) window.stages[stage] = performance.now()
  if (Object.keys(window.stages).length < Object.keys(STAGES).length) requestAnimationFrame(look)
  else window.usableAfter = performance.now()
}
requestAnimationFrame(look)
