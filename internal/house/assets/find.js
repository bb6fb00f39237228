// Search from anywhere in the house: / or ⌘K opens it, what is found comes as one types.
'use strict'
{
	const { $, all, kept } = house
	const sheet = $('#finder'), box = $('#finderq'), found = $('#finderfound')
	const open = () => {
		if (sheet.open) return
		sheet.showModal()
		box.select()
	}
	document.addEventListener('keydown', e => {
		if ((e.metaKey || e.ctrlKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 'k') { e.preventDefault(); open(); return }
		if (e.key !== '/' || e.metaKey || e.ctrlKey || e.altKey || kept('keys') === 'off' || e.target.closest?.('input,textarea,select,dialog,[contenteditable]')) return
		e.preventDefault()
		open()
	})
	$('#find')?.addEventListener('click', e => {
		if (e.metaKey || e.ctrlKey || e.shiftKey || e.button || document.body.classList.contains('in-search')) return
		e.preventDefault()
		open()
	})
	sheet?.addEventListener('click', e => { if (e.target === sheet) sheet.close() })
	sheet?.addEventListener('close', () => { if (sheet.contains(document.activeElement)) document.activeElement.blur() }) // what had the focus before may be gone
	let wait, stop
	const look = async () => {
		stop?.abort()
		stop = new AbortController()
		const q = box.value
		if (!q.trim()) { found.replaceChildren(); return }
		try {
			const res = await fetch($('form', sheet).action + '?' + new URLSearchParams({ q }), { headers: { Accept: 'text/html' }, cache: 'no-store', signal: stop.signal })
			const doc = new DOMParser().parseFromString(await res.text(), 'text/html')
			const fresh = doc.getElementById('found')
			if (res.ok && fresh) found.replaceChildren(...fresh.childNodes)
		} catch { /* a later one is under way, or the live sign tells */ }
	}
	box?.addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(look, 120) })
	sheet?.addEventListener('keydown', e => {
		if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return
		const list = all('.hits a', found)
		if (!list.length) return
		e.preventDefault()
		const at = list.indexOf(document.activeElement) + (e.key === 'ArrowDown' ? 1 : -1)
		if (at < 0) box.focus()
		else list[Math.min(at, list.length - 1)].focus()
	})
}
