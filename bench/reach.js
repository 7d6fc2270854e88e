// Run in each page before its own scripts: when it is usable, and which tasks were long.
window.longTasks = []
new PerformanceObserver((list) => {
  window.longTasks.push(...list.getEntries().map(({ duration }) => duration))
}).observe({ type: 'longtask', buffered: true })
window.actButton = () =>
  [...document.querySelectorAll('main button')].find(({ textContent }) => textContent.includes('到站登记'))
const look = () => {
  if (window.actButton()) window.usableAfter = performance.now()
  else requestAnimationFrame(look)
}
requestAnimationFrame(look)
/** ms from the tap until the screen that says 已存本机 is drawn */
window.tapToSaved = () =>
  new Promise((done) => {
    const began = performance.now()
    const main = document.querySelector('main')
    const watcher = new MutationObserver(() => {
      if (!main.innerText.includes('已存本机')) return
      watcher.disconnect()
      requestAnimationFrame(() => done(performance.now() - began))
    })
    watcher.observe(main, { subtree: true, childList: true, characterData: true })
    window.actButton().click()
  })
