/** Zoom and pan of the map: a factor and a shift in pixels, by buttons, drag and keys. */
import { computed, onBeforeUnmount, onMounted, reactive, ref, type Ref } from 'vue'
import { shiftInside, type Point } from './rules/projection'

const MOST = 12
const STEP = 1.6
/** How far from the frame a mark stands at least once the keys have gone to it, in pixels. */
const MARGIN = 40
/** A hand that means to tap moves a little. */
const STILL_PX = 4

export function useMapView(frame: Ref<HTMLElement | null>) {
  const size = reactive({ width: 600, height: 460 })
  const view = reactive({ x: 0, y: 0, k: 1 })
  const dragging = ref(false)
  let last = { x: 0, y: 0 }
  let way = 0

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

  /** Moves the map no further than it takes to see this point. */
  function show(point: Point) {
    const { x, y } = onScreen(point)
    view.x += shiftInside(x, size.width, MARGIN)
    view.y += shiftInside(y, size.height, MARGIN)
    keepInside()
  }

  function grab(event: PointerEvent) {
    way = 0
    if (view.k === 1) return
    dragging.value = true
    last = { x: event.clientX, y: event.clientY }
  }

  function drag(event: PointerEvent) {
    if (!dragging.value) return
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y]
    way += Math.hypot(dx, dy)
    view.x += dx
    view.y += dy
    last = { x: event.clientX, y: event.clientY }
    keepInside()
  }

  const drop = () => (dragging.value = false)
  /** Whether what ends now was a drag: it opens nothing. */
  const isDragged = () => way > STILL_PX

  const watcher = new ResizeObserver(([entry]) => {
    if (entry) Object.assign(size, { width: entry.contentRect.width, height: entry.contentRect.height })
  })
  onMounted(() => frame.value && watcher.observe(frame.value))
  onBeforeUnmount(() => watcher.disconnect())

  function onScreen({ x, y }: Point): Point {
    return { x: view.x + x * view.k, y: view.y + y * view.k }
  }
  const onMap = ({ x, y }: Point): Point => ({ x: (x - view.x) / view.k, y: (y - view.y) / view.k })
  /** What the frame's middle shows. */
  const middle = () => onMap({ x: size.width / 2, y: size.height / 2 })
  const transform = computed(() => `translate(${view.x} ${view.y}) scale(${view.k})`)
  return {
    size,
    view,
    transform,
    onScreen,
    onMap,
    middle,
    show,
    isDragged,
    zoomIn: () => zoomAt(STEP),
    zoomOut: () => zoomAt(1 / STEP),
    reset,
    grab,
    drag,
    drop,
  }
}
