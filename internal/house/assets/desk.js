// The desk by keyboard and without leaving the page.
'use strict'
{
	const { on, $, all, visit, send, kept } = house
	const desk = $('#desk')
	const open = () => $('#case')?.dataset.case

	// A link of the list or to the list changes only what it must.
	on.visit = true
	document.addEventListener('click', e => {
		const a = e.target.closest?.('.row,.backlink,.seg a,.donelink,.more,.ring a,a[href^="?to="],.to a')
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
		told.add(open())
		fetch(location.pathname + '/seen', { method: 'POST' }).catch(() => told.delete(open()))
	}
	on.parts = look
	document.addEventListener('visibilitychange', look)
	look()
	latest()

	// Write, and send with ⌘↵ or Ctrl+↵.
	document.addEventListener('keydown', e => {
		const form = e.target.closest?.('#replyform')
		if (form && e.key === 'Enter' && (e.metaKey || e.ctrlKey)) {
			e.preventDefault()
			const button = $('#send') || $('#tonote')
			if (form.reportValidity()) send(form, button)
			return
		}
		if (e.metaKey || e.ctrlKey || e.altKey || kept('keys') === 'off' || e.target.closest?.('input,textarea,select')) return
		const act = keys[e.key.toLowerCase()]
		if (act && act() !== false) e.preventDefault()
	})
	const press = q => { const b = $(q); if (!b) return false; b.click() }
	const write = q => { const t = $(q); if (!t) return false; t.focus() }
	function move(by) {
		const rows = all('.row')
		if (!rows.length) return false
		const at = rows.findIndex(r => r === document.activeElement)
		const from = at >= 0 ? at : rows.findIndex(r => r.hasAttribute('aria-current'))
		const row = rows[Math.max(0, Math.min(rows.length - 1, from + by))]
		row.focus()
		row.scrollIntoView({ block: 'nearest' })
		if (open()) go(row.href)
	}
	const keys = {
		a: () => press('#onit'),
		e: () => write('#text'),
		n: () => write('#text'),
		r: () => { const d = $('#resolve'); if (!d) return false; d.open = !d.open; if (d.open) $('button', d).focus() },
		j: () => move(1),
		k: () => move(-1),
	}
	all('[data-script]').forEach(el => { el.hidden = false })
}
