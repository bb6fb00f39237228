package housetest

import (
	"testing"

	"github.com/sayline/sayline/internal/testkit"
)

// Audit fails the test for what keeps people out of the page as it stands (WCAG
// 2.2): controls without a name (4.1.2), ids that stand twice, targets under 24
// by 24 CSS pixels that are no links in words (2.5.8), words with too little
// contrast on a plain ground (1.4.3), a page without its language or its one
// main heading, and a page that scrolls sideways (1.4.10).
func Audit(t testing.TB, p *testkit.Page, what string) {
	t.Helper()
	p.DrawAll()
	for _, fault := range testkit.Eval[[]string](p, audit) {
		t.Errorf("%s: %s", what, fault)
	}
}

const audit = `(() => {
	const faults = [], seen = el => el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !el.closest('.aloud,.skip')
	const tell = (el, what) => faults.push(what + ': ' + el.outerHTML.slice(0, 140))
	const name = el => (el.getAttribute('aria-label') || el.innerText || el.labels?.[0]?.innerText || el.title || '').trim()
	for (const el of document.querySelectorAll('a[href],button,input:not([type=hidden]),textarea,select,summary')) {
		if (!seen(el)) continue
		if (!name(el) && !el.querySelector('[aria-label]')) tell(el, 'no name')
		const box = el.getBoundingClientRect(), words = el.matches('a') && getComputedStyle(el).display === 'inline'
		const label = el.closest('label')?.getBoundingClientRect()
		if (!words && Math.min(Math.max(box.width, label?.width || 0), Math.max(box.height, label?.height || 0)) < 24) tell(el, 'too small to hit')
	}
	const ids = {}
	for (const el of document.querySelectorAll('[id]')) if (ids[el.id]++) tell(el, 'id twice'); else ids[el.id] = 1
	if (!document.documentElement.lang || !document.documentElement.dir) faults.push('no language or direction')
	const heads = [...document.querySelectorAll('h1')].filter(el => el.checkVisibility())
	if (!heads.length) faults.push('no main heading')
	if (document.documentElement.scrollWidth > innerWidth + 1) faults.push('scrolls sideways: ' + document.documentElement.scrollWidth)
	const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
	const rgb = c => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); const d = canvas.getImageData(0, 0, 1, 1).data; return [d[0], d[1], d[2], d[3] / 255] }
	const light = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b }
	function ground(el) {
		for (; el; el = el.parentElement) {
			const s = getComputedStyle(el)
			if (s.backgroundImage !== 'none' && el !== document.body && !el.matches('select')) return null
			const c = rgb(s.backgroundColor)
			if (c[3] > .99) return c
			if (c[3] > 0) return null
		}
		return [255, 255, 255, 1]
	}
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
	for (let n; (n = walk.nextNode());) {
		const el = n.parentElement
		if (!n.textContent.trim() || !seen(el) || el.closest('[disabled],script,kbd')) continue
		const on = ground(el), s = getComputedStyle(el)
		if (!on) continue
		const a = light(rgb(s.color).slice(0, 3)), b = light(on.slice(0, 3)), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05)
		const large = parseFloat(s.fontSize) >= 24 || parseFloat(s.fontSize) >= 18.66 && s.fontWeight >= 700
		if (ratio < (large ? 3 : 4.5)) tell(el, 'contrast ' + ratio.toFixed(2) + ' of "' + n.textContent.trim().slice(0, 30) + '"')
	}
	return faults
})()`
