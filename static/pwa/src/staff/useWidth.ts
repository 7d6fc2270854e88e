/** How wide an element is, in whole pixels, as long as it is shown. */
import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

export function useWidth(frame: Ref<HTMLElement | null>, otherwise = 600): Ref<number> {
  const width = ref(otherwise)
  const watched = new ResizeObserver(([entry]) => {
    if (entry?.contentRect.width) width.value = Math.round(entry.contentRect.width)
  })
  onMounted(() => frame.value && watched.observe(frame.value))
  onBeforeUnmount(() => watched.disconnect())
  return width
}
