/**
 * What is too small, sticks out, moves too long, cannot be reached or has no Chinese name, as one line each.
 * Runs in the page; `rules` says what is asked (tests/e2e/measuring.py).
 */
(rules) => {
  const faults = []
  const dialog = [...document.querySelectorAll('dialog[open]')].at(-1)
  const root = dialog ?? document.body
  const told = (element) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} ${(element.textContent || element.value || '').trim().slice(0, 24)}`
  const seen = (element) => {
    const { width, height, bottom } = element.getBoundingClientRect()
    return width > 1 && height > 1 && bottom > 0 && element.checkVisibility({ visibilityProperty: true })
  }
  // A radio button is as large as the row that it stands in.
  const place = (control) =>
    control.matches('[type=radio], [type=checkbox], [type=file]') ? (control.closest('label') ?? control) : control
  const controls = [...root.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter((control) => seen(place(control)))

  if (rules.targets) {
    const { main, main_px, least_px, free } = rules.targets
    for (const control of controls.filter((each) => !each.matches(free))) {
      const { width, height } = place(control).getBoundingClientRect()
      const least = control.matches(main) ? main_px : least_px
      if (Math.min(width, height) < least - 0.5)
        faults.push(`target ${Math.round(width)}×${Math.round(height)} < ${least}: ${told(control)}`)
    }
  }

  if (rules.keys)
    for (const control of controls)
      if (control.tabIndex < 0 && !control.disabled) faults.push(`not reached by the keyboard: ${told(control)}`)

  if (rules.names)
    for (const control of controls) {
      const words = [
        control.ariaLabel,
        ...[...(control.labels ?? [])].map((label) => label.textContent),
        control.matches('input, select, textarea') ? '' : control.textContent,
      ].join(' ')
      if (!/[\p{Script=Han}\d]/u.test(words)) faults.push(`no Chinese name: ${told(control)}`)
    }

  const texts = () => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement
      const isHidden = element.closest('.visually-hidden, option, script, style, noscript')
      if (walker.currentNode.data.trim() && !isHidden && seen(element)) found.push(walker.currentNode)
    }
    return found
  }

  if (rules.least_type_px)
    for (const text of texts()) {
      const { fontSize } = getComputedStyle(text.parentElement)
      if (parseFloat(fontSize) < rules.least_type_px) faults.push(`type of ${fontSize}: ${told(text.parentElement)}`)
    }

  if (rules.figures)
    for (const text of texts()) {
      const { fontVariantNumeric } = getComputedStyle(text.parentElement)
      if (/\d/.test(text.data) && !fontVariantNumeric.includes('tabular-nums'))
        faults.push(`figures that jump: ${told(text.parentElement)}`)
    }

  if (rules.most_ms) {
    const ms = (list) => Math.max(...list.split(',').map((one) => parseFloat(one) * (one.endsWith('ms') ? 1 : 1000)))
    for (const element of root.querySelectorAll('*'))
      if (ms(getComputedStyle(element).transitionDuration) > rules.most_ms)
        faults.push(`moves too long: ${told(element)}`)
  }

  if (rules.inside) {
    const wide = document.documentElement.scrollWidth
    if (wide > innerWidth) faults.push(`the page is ${wide} px wide on ${innerWidth}`)
    if (dialog && dialog.scrollWidth > dialog.clientWidth) faults.push(`the dialog is wider than its frame`)
    const range = document.createRange()
    for (const text of texts()) {
      const box = text.parentElement
      const { overflowX, textOverflow } = getComputedStyle(box)
      // Scrolled aside, or cut with dots on purpose: then it stands in full elsewhere.
      if (box.closest('.scroll, input, textarea, select, svg') || textOverflow === 'ellipsis') continue
      range.selectNodeContents(text)
      const { left, right } = range.getBoundingClientRect()
      if (right > innerWidth + 1 || left < -1) faults.push(`sticks out: ${told(box)}`)
      if (overflowX !== 'visible' && box.scrollWidth > box.clientWidth + 1) faults.push(`cut off: ${told(box)}`)
    }
  }
  return [...new Set(faults)]
}
