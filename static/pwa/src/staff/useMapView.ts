/** Zoom and pan of the map: a factor and a shift in pixels, by buttons, drag and keys. */
import { computed, onBeforeUnmount, onMounted, reactive, ref, type Ref } from 'vue'

const MOST = 12
const STEP = 1.6

export function useMapView(frame: Ref<HTMLElement | null>) {
  const size = reactive({ width: 600, height: 460 })
  const view = reactive({ x: 0, y: 0, k: 1 })
  const dragging = ref(false)
  let last = { x: 0, y: 0 }

  function zoomAt(factor: number, at = { x: size.width / 2, y: size.height / 2 }) {
    const k = Math.min(MOST, Math.max(1, view.k * factor))
    const move = (shift: number, point: number) => point - ((point - shift) * k) / view.k
    Object.assign(view, { x: move(view.x, at.x), y: move(view.y, at.y), k })
    keepInside()
  }

  function keepInside() {
    view.x = Math.min(0, Math.max(size.width * (1 - view.k), view.x))
    view.y = Math.min(0, Math.max(size.height * (1 - view.k), view.y))
  }

  const reset = () => Object.assign(view, { x: 0, y: 0, k: 1 })

  function grab(event: PointerEvent) {
    if (view.k === 1) return
    dragging.value = true
    last = { x: event.clientX, y: event.clientY }
  }

  function drag(event: PointerEvent) {
    if (!dragging.value) return
    view.x += event.clientX - last.x
    view.y += event.clientY - last.y
    last = { x: event.clientX, y: event.clientY }
    keepInside()
  }

  const drop = () => (dragging.value = false)

  const watcher = new ResizeObserver(([entry]) => {
    if (entry) Object.assign(size, { width: entry.contentRect.width, height: entry.contentRect.height })
  })
  onMounted(() => frame.value && watcher.observe(frame.value))
  onBeforeUnmount(() => watcher.disconnect())

  const onScreen = (point: { x: number; y: number }) => ({
    x: view.x + point.x * view.k,
    y: view.y + point.y * view.k,
  })
  const transform = computed(() => `translate(${view.x} ${view.y}) scale(${view.k})`)
  return {
    size,
    view,
    transform,
    onScreen,
    zoomIn: () => zoomAt(STEP),
    zoomOut: () => zoomAt(1 / STEP),
    reset,
    grab,
    drag,
    drop,
  }
}
