// The map: cards open their panel without a new page, and move by hand or by key.
'use strict'
{
	const { on, $, all, visit, tell, aloud, apply, refresh } = house
	const rtl = document.documentElement.dir === 'rtl'
	on.visit = true

	// A change of the brand redraws the map; nothing else of the page can have changed.
	on.again = () => { if (!busy()) refresh() }

	// Buttons that copy.
	function copies() {
		for (const b of all('[data-copy][hidden]')) b.hidden = !navigator.clipboard
	}
	document.addEventListener('click', async e => {
		const b = e.target.closest?.('[data-copy]')
		if (!b) return
		try { await navigator.clipboard.writeText(b.dataset.copy) } catch { return }
		const said = b.textContent
		b.textContent = b.dataset.done
		aloud(b.dataset.done)
		setTimeout(() => { b.textContent = said }, 2000)
	})

	// What somebody writes is not drawn over.
	const busy = () => document.activeElement?.closest?.('#m-form,.m-addform,.m-filter,.m-planform,.m-pagedo,.m-snapform') || $('.m-plan[open]') || $('#m-edit')?.open || $('#m-add')?.open || lifted
	on.changed = () => { if (!busy()) refresh() }

	document.addEventListener('click', e => {
		const a = e.target.closest?.('.m-card a,.m-close,.m-flags a,.m-bar .seg a')
		if (!a || e.defaultPrevented || e.metaKey || e.ctrlKey || e.shiftKey || e.button || !$('#atlas') || a.pathname !== location.pathname) return
		e.preventDefault()
		const from = a.matches('.m-close') ? $('.m-card.here a')?.id : null
		visit(a.href).then(() => {
			if (from) document.getElementById(from)?.focus({ preventScroll: true })
			else if (a.matches('.m-card a')) $('#m-close')?.focus({ preventScroll: matchMedia('(min-width:900px)').matches })
		})
	})
	document.addEventListener('change', e => {
		if (e.target.matches('.m-filter select')) e.target.form.requestSubmit()
	})
	document.addEventListener('keydown', e => {
		if (e.key === 'Escape' && $('#m-close') && !e.target.closest('input,textarea,select')) $('#m-close').click()
	})

	// A card goes into another cell: it changes its stage or channel, and with the
	// row its audience.
	async function move(card, cell) {
		const row = cell.closest('tr'), to = cell.dataset.column
		const data = new URLSearchParams({ back: location.pathname + location.search })
		data.set($('.m-grid').classList.contains('m-channel') ? 'channel' : 'stage', to)
		if (row !== card.closest('tr')) data.set('audience', row.dataset.audience)
		const name = $('b', card).textContent, id = $('a', card).id
		let list = $('ul', cell)
		if (!list) cell.append(list = document.createElement('ul'))
		list.append(card)
		try {
			const res = await fetch(`/b/${document.body.dataset.brand}/map/at/${card.dataset.id}/move`, { method: 'POST', body: data, headers: { Accept: 'text/html' } })
			const doc = new DOMParser().parseFromString(await res.text(), 'text/html')
			if (!res.ok) throw new Error(all('[data-problem]', doc).map(p => p.textContent).join(' '))
			apply(doc, location.href)
			aloud(`${name}: ${$('th', row).firstChild.textContent}, ${cell.dataset.name}`)
		} catch (e) {
			tell(e.message || house.say.not_sent, true)
			refresh()
		}
		document.getElementById(id)?.focus({ preventScroll: true })
	}

	let lifted = null
	const cellAt = e => lifted && e.target.closest?.('.m-grid td[data-column]')
	const over = cell => { for (const c of all('.over')) if (c !== cell) c.classList.remove('over'); cell?.classList.add('over') }
	document.addEventListener('dragstart', e => {
		lifted = e.target.closest?.('.m-card[draggable]')
		if (!lifted) return
		lifted.classList.add('lifted')
		e.dataTransfer.effectAllowed = 'move'
		e.dataTransfer.setData('text/plain', $('b', lifted).textContent)
	})
	document.addEventListener('dragover', e => {
		const cell = cellAt(e)
		over(cell)
		if (cell) { e.preventDefault(); e.dataTransfer.dropEffect = 'move' }
	})
	document.addEventListener('drop', e => {
		const cell = cellAt(e)
		if (!cell) return
		e.preventDefault()
		const card = lifted
		if (!cell.contains(card)) move(card, cell)
	})
	document.addEventListener('dragend', () => {
		lifted?.classList.remove('lifted')
		lifted = null
		over(null)
	})
	document.addEventListener('keydown', e => {
		const card = e.shiftKey && document.activeElement.closest?.('.m-card[draggable]')
		const way = { ArrowLeft: [rtl ? 1 : -1, 0], ArrowRight: [rtl ? -1 : 1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key]
		if (!card || !way) return
		e.preventDefault()
		const rows = all('.m-grid tbody tr'), row = card.closest('tr'), cells = all('td', row)
		const x = cells.indexOf(card.closest('td')) + way[0], y = rows.indexOf(row) + way[1]
		const cell = rows[y] && all('td', rows[y])[x]
		if (cell) move(card, cell)
	})

	// The tabs may be wider than the screen: that of the page is in sight, and they stay
	// where somebody moved them to.
	let moved = null
	function inSight() {
		const tabs = $('.m-bar .seg'), tab = tabs && $('[aria-current]', tabs)
		if (!tab) return
		if (moved !== null) { tabs.scrollLeft = moved; return }
		const a = tabs.getBoundingClientRect(), b = tab.getBoundingClientRect()
		tabs.scrollLeft += b.left + b.width / 2 - a.left - a.width / 2
	}

	const parts = on.parts
	on.before = () => { moved = $('.m-bar .seg')?.scrollLeft ?? null }
	on.parts = url => { parts?.(url); copies(); inSight() }
	copies()
	inSight()
}
