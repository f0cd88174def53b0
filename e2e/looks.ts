import { AxeBuilder } from '@axe-core/playwright'
import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'

/** Serious and critical findings, by rule and place. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`))
}

/** Every look of a page: widths, colours, none of them on the way to another. A page never scrolls sideways. */
export async function looks(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await settled(page)
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 })
      expect(await findings(page), `${name}, ${width} px, ${colorScheme}`).toEqual([])
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(overflow, `${name} scrolls sideways at ${width} px`).toBeLessThanOrEqual(0)
      await page.screenshot({ path: `test-results/screens/${name}-${width}-${colorScheme}.png`, fullPage: true })
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 })
}

/**
 * Colours that are on their way to another have no contrast to be judged by. They are put at their ends and not waited for:
 * waiting was seen not to end, right after a page had changed on a busy machine.
 */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) animation.finish()
  })
}

/** Presses Tab until the named control has the focus, then Enter or Space. */
export async function reach(page: Page, control: ReturnType<Page['getByRole']>, key?: string): Promise<void> {
  await expect(control).toBeEnabled({ timeout: 90_000 })
  for (let presses = 0; presses < 80; presses++) {
    if (await control.evaluate((element) => element === document.activeElement)) {
      if (key) await page.keyboard.press(key)
      return
    }
    await page.keyboard.press('Tab')
  }
  throw new Error('reach: the control cannot be reached by keyboard')
}
