// The pulse and the wall, live: new moments slide in, numbers move, nothing blinks.
'use strict'
{
	const { on, $, all, fresh } = house
	const page = $('#pulse,#wall')
	const quiet = matchMedia('(prefers-reduced-motion: reduce)')

	// A part is changed where it differs, so that lines and bars move from where
	// they were and a focus stays where it is.
	function morph(old, now) {
		if (old.nodeType !== now.nodeType || old.nodeName !== now.nodeName) return old.replaceWith(now)
		if (old.nodeType === Node.TEXT_NODE) {
			if (old.data !== now.data) old.data = now.data
			return
		}
		if (old.nodeType !== Node.ELEMENT_NODE || old.isEqualNode(now)) return
		const same = old.nodeName === 'TIME' && old.hasAttribute('data-ago') && old.dateTime === now.dateTime
		for (const a of [...old.attributes]) if (!now.hasAttribute(a.name) && !(a.name === 'class' && old.classList.contains('came'))) old.removeAttribute(a.name)
		for (const a of [...now.attributes]) if (old.getAttribute(a.name) !== a.value) old.setAttribute(a.name, a.value)
		if (same) return
		if (old.dataset?.count !== undefined || old.tagName === 'B' || old.tagName === 'EM') moved(old, now)
		const from = [...old.childNodes], to = [...now.childNodes]
		to.forEach((n, i) => { if (from[i]) morph(from[i], n); else old.append(n) })
		from.slice(to.length).forEach(n => n.remove())
	}
	function moved(old, now) {
		if (quiet.matches || old.textContent === now.textContent) return
		old.animate([{ opacity: .25, transform: 'translateY(.18em)' }, { opacity: 1, transform: 'none' }], { duration: 420, easing: 'cubic-bezier(.2,.7,.2,1)' })
	}
	function html(text) {
		const t = document.createElement('template')
		t.innerHTML = text
		return t.content.firstElementChild
	}
	function put(parts) {
		for (const [id, text] of Object.entries(parts)) {
			const old = document.getElementById(id), now = html(text)
			if (!old || !now) continue
			waits.delete(id)
			if (old.hasAttribute('data-calm') && inside(old)) waits.set(id, text)
			else if (old.dataset.most) list(old, now)
			else morph(old, now)
		}
		fresh()
	}

	// A list that one chooses from is not drawn anew while somebody is in it: what
	// they are about to touch would be another by then. It is when they leave.
	const waits = new Map(), hovers = matchMedia('(hover: hover)')
	const inside = el => el.contains(document.activeElement) || hovers.matches && el.matches(':hover')
	for (const el of all('[data-calm]')) for (const left of ['mouseleave', 'focusout']) el.addEventListener(left, () => setTimeout(() => {
		const text = waits.get(el.id)
		if (!text || inside(el)) return
		put({ [el.id]: text })
	}))

	// The stream, newest first.
	const stream = () => $('#p-said,#w-said')
	const find = id => $(`[data-moment="${CSS.escape(id)}"]`, stream())
	function insert(item, slide) {
		const before = all('[data-moment]', stream()).find(el => el.dataset.moment < item.dataset.moment)
		stream().insertBefore(item, before || null)
		all('[data-moment]', stream()).slice(+stream().dataset.most).forEach(el => el.remove())
		if (!item.isConnected || !slide) return
		item.classList.add('came')
		setTimeout(() => item.classList.remove('came'), 2600)
		if (quiet.matches) return
		const h = item.offsetHeight
		item.animate([{ height: 0, opacity: 0, paddingBlock: 0 }, { height: h + 'px', opacity: 1 }], { duration: 380, easing: 'cubic-bezier(.2,.7,.2,1)' })
	}
	function list(old, now) {
		const ids = new Set(all('[data-moment]', now).map(el => el.dataset.moment))
		all('[data-moment]', old).forEach(el => { if (!ids.has(el.dataset.moment)) el.remove() })
		for (const item of all('[data-moment]', now)) {
			const there = find(item.dataset.moment)
			if (there) morph(there, item)
			else insert(item, old.children.length > 0)
		}
	}

	// A page reads its parts again where no frame could tell: as time goes by, and a
	// little later where it is found by words, which are searched behind the accepts.
	let asked, reading, heard = Date.now()
	function again(after) {
		if (asked || !page) return
		asked = setTimeout(async () => {
			asked = null
			if (reading) return again(1000)
			reading = true
			try {
				const res = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' })
				if (res.ok) {
					const doc = new DOMParser().parseFromString(await res.text(), 'text/html')
					const parts = {}
					for (const el of all('[id^="p-"],[id^="w-"]', doc)) if (el.matches('section,ol') && document.getElementById(el.id)) parts[el.id] = el.outerHTML
					put(parts)
				}
			} catch { /* the live sign tells */ }
			reading = false
		}, after)
	}

	// Nothing moves under a finger that is down. What waits for it comes in its order.
	const calmly = draw => data => { heard = Date.now(); house.still().then(() => draw(data)) }
	on.said = calmly(data => {
		if (page?.dataset.live === 'begin') return location.reload()
		if (!stream()) return
		const { entries, gone } = JSON.parse(data)
		for (const id of gone || []) find(id)?.remove()
		for (const e of entries) {
			const there = find(e.id), item = html(e.html)
			if (there) morph(there, item)
			else if (e.new) insert(item, true)
		}
		const none = $('.p-stream .p-none,.w-stream .p-none')
		if (none) none.hidden = !!stream().children.length
		fresh()
		if (page?.hasAttribute('data-late')) again(2500)
	})
	on.board = calmly(data => put(JSON.parse(data).parts))
	on.whole = calmly(data => { if (page?.dataset.live === 'begin') return location.reload(); put(JSON.parse(data).parts) })

	// What changes by time alone is read once a minute, while nothing else comes.
	setInterval(() => { if (!document.hidden && Date.now() - heard > 50000) again(Math.random() * 8000) }, 60000)

	// The frame beside the page: what waits on the desk, who is on.
	let frame
	const { changed } = on
	on.changed = () => { frame ||= setTimeout(() => { frame = null; changed() }, 4000 + Math.random() * 3000) }

	// A list that is chosen from is asked for at once; what is empty is no part of the address.
	for (const form of all('.p-bar form')) {
		form.addEventListener('change', () => { if (form.id === 'p-choose') form.requestSubmit() })
		form.addEventListener('submit', () => { for (const el of form.elements) if (el.name && !el.value) el.disabled = true })
	}

	// The box to ask in says what it understands while one types, and how the last
	// words could go on: a list that the arrow keys walk through.
	const asking = $('#p-ask'), box = $('#p-q')
	if (asking) {
		const panel = $('#p-asked'), read = $('.p-read', panel), list = $('#p-options')
		let wait, stop, at = -1
		const options = () => all('[role=option]', list)
		const close = () => { panel.hidden = true; box.setAttribute('aria-expanded', 'false'); go(-1) }
		for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'p-options', 'aria-autocomplete': 'list' })) box.setAttribute(name, value)
		function go(to) {
			at = to
			options().forEach((o, i) => o.setAttribute('aria-selected', i === at))
			if (at < 0) box.removeAttribute('aria-activedescendant')
			else { box.setAttribute('aria-activedescendant', 'p-option-' + at); options()[at].scrollIntoView({ block: 'nearest' }) }
		}
		const el = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text, ...more })
		function show(said) {
			read.replaceChildren(...said.chips.length ? [el('span', read.dataset.label, { className: 'soft' }), ...said.chips.map(c => el('b', c))] : [], ...said.hint ? [el('small', said.hint)] : [])
			list.replaceChildren(...said.options.map((o, i) => {
				const item = el('li', o.label, { id: 'p-option-' + i, role: 'option' })
				item.append(el('small', o.about))
				item.asks = o
				return item
			}))
			go(-1)
			panel.hidden = !said.chips.length && !said.options.length
			box.setAttribute('aria-expanded', said.options.length > 0)
		}
		async function look() {
			stop?.abort()
			stop = new AbortController()
			if (!box.value.trim()) return close()
			try {
				const res = await fetch(asking.action + '/read?' + new URLSearchParams({ q: box.value }), { headers: { Accept: 'application/json' }, signal: stop.signal })
				if (res.ok) show(await res.json())
			} catch { /* a later one is under way, or the live sign tells */ }
		}
		function choose(o) {
			box.value = o.text
			asking.append(el('input', '', { type: 'hidden', name: o.name, value: o.value }))
			asking.requestSubmit()
		}
		box.addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(look, 110) })
		box.addEventListener('focus', () => { if (box.value) look() })
		box.addEventListener('keydown', e => {
			const n = options().length
			if (e.key === 'Escape' && !panel.hidden) { e.preventDefault(); close() }
			else if ((e.key === 'ArrowDown' || e.key === 'ArrowUp') && n && !panel.hidden) {
				e.preventDefault()
				go(e.key === 'ArrowDown' ? (at + 1) % n : at <= 0 ? n - 1 : at - 1)
			} else if (e.key === 'Enter' && at >= 0) { e.preventDefault(); choose(options()[at].asks) }
		})
		list.addEventListener('pointerdown', e => e.preventDefault()) // the box keeps the focus
		list.addEventListener('click', e => { const o = e.target.closest('[role=option]'); if (o) choose(o.asks) })
		asking.addEventListener('focusout', e => { if (!asking.contains(e.relatedTarget)) close() })
	}

	// Escape puts away what touching a score told, until it is left.
	document.addEventListener('keydown', e => {
		if (e.key !== 'Escape') return
		for (const el of all('.p-sure:is(:hover,:focus)')) {
			el.dataset.hush = ''
			for (const left of ['blur', 'mouseleave']) el.addEventListener(left, () => { delete el.dataset.hush }, { once: true })
		}
	})

	const clock = $('#w-clock')
	if (clock) {
		const skew = Date.parse(document.body.dataset.now) - Date.now(), offset = Number(clock.dataset.offset) * 1000
		setInterval(() => {
			const text = new Date(Date.now() + skew + offset).toISOString().slice(11, 16)
			if (clock.textContent !== text) clock.textContent = text
		}, 1000)
	}
}
