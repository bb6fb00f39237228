// The desk by keyboard and without leaving the page.
'use strict'
{
	const { on, $, all, visit, send, kept } = house
	const desk = $('#desk')
	const open = () => $('#case')?.dataset.case

	// A link of the list or to the list changes only what it must.
	on.visit = true
	document.addEventListener('click', e => {
		const a = e.target.closest?.('.row,.backlink,.seg a,.donelink,.more,.chip,.views a,.ring a,a[href^="?to="],.to a')
		if (!a || e.metaKey || e.ctrlKey || e.shiftKey || e.button) return
		e.preventDefault()
		a.closest('.ring')?.remove()
		go(a.href)
	})
	async function go(url) {
		const before = open()
		await visit(url)
		if (open() && open() !== before) {
			scrollTo(0, 0)
			$('#work').scrollTop = 0
			latest()
		}
	}
	const latest = () => { const t = $('#work'); if (t && t.scrollHeight > t.clientHeight) t.scrollTop = t.scrollHeight }

	// Who has it open on a screen in front of them has seen it.
	const told = new Set()
	function look() {
		desk.classList.toggle('has-case', !!open())
		const at = $('#case')
		if (!open() || document.hidden) return
		for (const r of all('.ring')) if (r.dataset.case === open()) on.hush(JSON.stringify({ case: open() }))
		if (!at.hasAttribute('data-unseen') || told.has(open())) return
		const id = open()
		told.add(id)
		fetch(location.pathname + '/seen', { method: 'POST' })
			.then(() => { if (open() === id) $('#case').removeAttribute('data-unseen') }, () => {})
			.finally(() => told.delete(id))
	}
	document.addEventListener('visibilitychange', look)
	look()
	latest()

	// The list stays where it is looked at, whatever comes in above.
	let seen
	on.before = () => {
		const row = all('.row').find(r => r.getBoundingClientRect().bottom > 90)
		seen = row && { id: row.id, at: row.getBoundingClientRect().top, top: scrollY + ($('#rows')?.scrollTop || 0) }
	}
	const still = () => {
		const row = seen?.top > 0 && document.getElementById(seen.id), rows = $('#rows')
		if (!row) return
		const by = row.getBoundingClientRect().top - seen.at
		if (rows.scrollHeight > rows.clientHeight + 1) rows.scrollTop += by
		else if (!open() || innerWidth > 899) scrollBy(0, by)
	}

	// Several at once.
	const ticks = () => all('.rowtick input')
	let lastTick
	function chosen() {
		const n = ticks().filter(t => t.checked).length, count = $('#bulkcount')
		count.textContent = count.dataset.count.replace('{n}', n)
		return n
	}
	document.addEventListener('click', e => {
		const tick = e.target.closest?.('.rowtick input')
		if (!tick) return
		if (e.shiftKey && lastTick) between(lastTick, tick.id, tick.checked)
		lastTick = tick.id
		chosen()
	})
	function between(from, to, on) {
		const list = ticks(), a = list.findIndex(t => t.id === from), b = list.findIndex(t => t.id === to)
		if (a < 0 || b < 0) return
		for (const t of list.slice(Math.min(a, b), Math.max(a, b) + 1)) t.checked = on
	}
	$('#bulk').addEventListener('reset', () => setTimeout(() => { $('#choosing') && ($('#choosing').checked = false); chosen() }))
	on.parts = url => { still(); look(url); chosen() }
	chosen()

	// The list's own forms go by the address, without leaving the page.
	document.addEventListener('submit', e => {
		const form = e.target.closest('.narrowfind,.narrowform')
		if (!form) return
		e.preventDefault()
		const q = new URLSearchParams([...new FormData(form)].filter(([, value]) => value))
		$('#narrowmore').open = false
		go(form.action + (q.size ? '?' + q : ''))
	})

	// Write, and send with ⌘↵ or Ctrl+↵.
	document.addEventListener('keydown', e => {
		const form = e.target.closest?.('#replyform')
		if (form && e.key === 'Enter' && (e.metaKey || e.ctrlKey)) {
			e.preventDefault()
			const button = $('#send') || $('#tonote')
			if (form.reportValidity()) send(form, button)
			return
		}
		const box = e.target.closest?.('input:not([type=checkbox]),textarea,select'), typing = box?.checkVisibility() && box // a sheet that was just closed may still have it
		if (e.key === 'Escape' && typing && !typing.closest('dialog,details[open]')) { typing.blur(); return }
		if (e.metaKey || e.ctrlKey || e.altKey || kept('keys') === 'off' || typing || $('dialog[open]')) return
		const key = e.key.toLowerCase(), act = keys[key]
		if (act ? act(e) !== false : short(key)) e.preventDefault()
	})

	// What a key does is said beside its button; with several chosen, it does it to them.
	const several = { a: '#bulk [value=on-it]', r: '#bulk-answer', h: '#bulk-hand', z: '#bulk-later', e: '#bulk-done' }
	function short(key) {
		if (key.length !== 1) return false
		const el = chosen() && several[key] ? $(several[key]) : all(`[aria-keyshortcuts~="${CSS.escape(key)}"]`).find(el => el.checkVisibility() && !el.closest('#find'))
		if (!el) return false
		const menu = el.matches('details') ? el : el.matches('summary') && el.parentElement
		if (menu) {
			menu.open = !menu.open
			if (menu.open) $('button,select,textarea,input:not([type=hidden])', menu.lastElementChild)?.focus()
		} else if (el.matches('textarea,input')) el.focus()
		else el.click()
		return true
	}
	function at() {
		const rows = all('.row')
		const i = rows.findIndex(r => r === document.activeElement || r.parentElement.contains(document.activeElement))
		return i >= 0 ? i : rows.findIndex(r => r.hasAttribute('aria-current'))
	}
	function move(by) {
		const rows = all('.row')
		if (!rows.length) return false
		const row = rows[Math.max(0, Math.min(rows.length - 1, at() + by))]
		row.focus()
		row.scrollIntoView({ block: 'nearest' })
		if (open() && innerWidth > 899) go(row.href)
	}
	function choose(e) {
		const row = all('.row')[at()], tick = row && $('.rowtick input', row.parentElement)
		if (!tick) return false
		tick.checked = !tick.checked
		if (e.shiftKey && lastTick) between(lastTick, tick.id, tick.checked)
		lastTick = tick.id
		chosen()
	}
	const keys = {
		j: () => move(1),
		k: () => move(-1),
		o: () => { const row = all('.row')[at()]; if (!row) return false; go(row.href) },
		u: () => { if (!open()) return false; const id = 'row-' + open(); go($('.backlink').href).then(() => document.getElementById(id)?.focus()) },
		x: choose,
		'?': () => $('#keysheet').showModal(),
	}
	$('#keysheet').addEventListener('click', e => { if (e.target.id === 'keysheet') e.target.close() })
	all('[data-script]').forEach(el => { el.hidden = false })
}
