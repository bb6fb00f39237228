// Writing an answer: hints while typing, whom a note names, ready answers, photos
// and voices, and who else has the case open.
'use strict'
{
	const { on, $, all } = house
	const at = () => $('#case')?.dataset.case
	const path = what => location.pathname.replace(/\/desk\/[^/]*.*/, '/desk/' + at() + '/' + what)
	const box = () => $('#text')
	const post = (what, form) => fetch(path(what), { method: 'POST', body: new URLSearchParams(form) })

	// What hides without a script, and what only a script needs.
	const dress = () => {
		$('#lookover')?.setAttribute('hidden', '')
		if (navigator.mediaDevices && window.MediaRecorder && $('#record')) {
			$('#record').hidden = false
			$('#voicepick').hidden = true
			recording()
		}
		rests($('#reply')?.contains(document.activeElement))
	}

	// On a phone the composer is small until somebody writes, and stays as it is
	// while it is worked in: a button that moved under the finger would be missed.
	function rests(worked) { $('#reply')?.classList.toggle('resting', !worked && !box()?.value) }
	document.addEventListener('focusin', e => { if (e.target === box()) rests(true) })
	document.addEventListener('focusout', e => { if ($('#reply')?.contains(e.target) && !$('#reply').contains(e.relatedTarget)) rests(false) })

	// Hints come when the writing rests; they never hold it up.
	let rest, asked = 0
	async function hint() {
		const text = box()?.value || '', mine = ++asked, list = $('#hints')
		if (!list || !$('#send')) return
		if (!text.trim() || text.trim().startsWith('@')) { list.replaceChildren(); return }
		try {
			const res = await post('hints', { text, lang: $('#replyform').dataset.lang })
			if (!res.ok || mine !== asked) return
			const said = await res.json()
			list.replaceChildren(...said.map(s => Object.assign(document.createElement('li'), { textContent: s })))
		} catch { /* it is only a hint */ }
	}

	// Whom a note names: after an @, those who may see the case.
	let people, peopleOf
	async function known() {
		if (peopleOf === at()) return people
		const res = await fetch(path('people'), { headers: { Accept: 'application/json' } })
		people = res.ok ? await res.json() : []
		peopleOf = at()
		return people
	}
	const fold = s => s.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
	const asks = t => /(^|[^\p{L}\p{N}])@([\p{L}\p{M}]*)$/u.exec(t.value.slice(0, t.selectionStart))
	const close = () => { const l = $('#people'); if (l) { l.hidden = true; l.replaceChildren() } box()?.removeAttribute('aria-activedescendant') }
	async function offer() {
		const t = box(), found = t && asks(t)
		if (!found) { close(); return }
		const list = (await known()).filter(p => fold(p.name).split(' ').some(w => w.startsWith(fold(found[2])))).slice(0, 6)
		const now = asks(t)
		if (!now || !list.length) { close(); return }
		$('#people').replaceChildren(...list.map((p, i) => {
			const li = document.createElement('li')
			li.id = 'person-' + p.id
			li.setAttribute('role', 'option')
			li.setAttribute('aria-selected', i === 0)
			li.dataset.name = p.name
			li.append(Object.assign(document.createElement('b'), { textContent: p.name }), Object.assign(document.createElement('small'), { textContent: p.team }))
			return li
		}))
		$('#people').hidden = false
		t.setAttribute('aria-activedescendant', 'person-' + list[0].id)
	}
	function choose(li) {
		const t = box(), found = asks(t)
		if (!li || !found) return
		const from = t.selectionStart - found[2].length
		t.setRangeText(li.dataset.name + ' ', from, t.selectionStart, 'end')
		close()
		t.focus()
	}
	document.addEventListener('pointerdown', e => {
		const li = e.target.closest?.('#people li')
		if (li) { e.preventDefault(); choose(li) }
	})
	document.addEventListener('keydown', e => {
		if (e.target !== box() || $('#people')?.hidden !== false) return
		const list = all('#people li'), i = list.findIndex(l => l.getAttribute('aria-selected') === 'true')
		const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
		if (step) {
			e.preventDefault()
			const next = (i + step + list.length) % list.length
			list.forEach((l, n) => l.setAttribute('aria-selected', n === next))
			box().setAttribute('aria-activedescendant', list[next].id)
		} else if ((e.key === 'Enter' || e.key === 'Tab') && !e.metaKey && !e.ctrlKey) {
			e.preventDefault()
			choose(list[i])
		} else if (e.key === 'Escape') {
			e.stopPropagation()
			close()
		}
	}, true)

	// A ready answer goes into the box, after what stands there.
	document.addEventListener('click', e => {
		const a = e.target.closest?.('[data-ready]')
		if (!a || !box()) return
		e.preventDefault()
		const t = box()
		t.value = t.value.trim() ? t.value.trimEnd() + '\n' + a.textContent : a.textContent
		$('#ready').open = false
		t.focus()
		typed()
	})
	document.addEventListener('keydown', e => {
		if (e.key.toLowerCase() !== 't' || e.metaKey || e.ctrlKey || e.altKey || house.kept('keys') === 'off' || e.target.closest?.('input,textarea,select')) return
		const d = $('#ready')
		if (!d) return
		e.preventDefault()
		d.open = true
		$('a,button', d)?.focus()
	})

	// Photos and voices, and taking them out again.
	function attached() {
		const list = $('#attached')
		if (!list) return
		list.replaceChildren(...['#photo', '#voice'].flatMap(q => [...($(q)?.files || [])].map((f, i) => {
			const li = document.createElement('li'), out = document.createElement('button')
			out.type = 'button'
			out.textContent = '×'
			out.className = 'btn small ghost'
			out.setAttribute('aria-label', '× ' + f.name)
			out.addEventListener('click', () => {
				const keep = new DataTransfer()
				;[...$(q).files].forEach((x, n) => { if (n !== i) keep.items.add(x) })
				$(q).files = keep.files
				attached()
			})
			if (f.type.startsWith('image/')) {
				const img = new Image(), reader = new FileReader()
				img.alt = ''
				reader.onload = () => { img.src = reader.result }
				reader.readAsDataURL(f)
				li.append(img)
			}
			li.append(Object.assign(document.createElement('span'), { textContent: f.name }), out)
			return li
		})))
	}
	document.addEventListener('change', e => { if (e.target.matches?.('#photo,#voice')) attached() })
	document.addEventListener('reset', e => { if (e.target.id === 'replyform') setTimeout(() => { attached(); $('#hints')?.replaceChildren(); close() }) })

	// The case may draw itself anew while a voice is recorded: what shows that is
	// looked for each time.
	let recorder, began = 0
	const longest = 180
	const took = () => { const s = Math.floor((Date.now() - began) / 1000); return Math.floor(s / 60) + ':' + String(s % 60).padStart(2, '0') }
	function recording() {
		const button = $('#record')
		if (!button) return
		button.classList.toggle('on', !!recorder)
		if (recorder) button.setAttribute('aria-label', button.dataset.stop)
		else button.removeAttribute('aria-label')
		$('#recording').textContent = recorder ? took() : ''
	}
	async function record() {
		if (recorder) { recorder.stop(); return }
		let stream
		try { stream = await navigator.mediaDevices.getUserMedia({ audio: true }) } catch { $('#record').hidden = true; $('#voicepick').hidden = false; return }
		const type = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'].find(t => MediaRecorder.isTypeSupported(t))
		const parts = [], of = at()
		began = Date.now()
		recorder = new MediaRecorder(stream, type ? { mimeType: type } : {})
		const tick = setInterval(() => {
			recording()
			if (Date.now() - began >= longest * 1000 || of !== at()) recorder?.stop()
		}, 250)
		recorder.ondataavailable = e => parts.push(e.data)
		recorder.onstop = () => {
			clearInterval(tick)
			const kind = recorder.mimeType.split(';')[0], name = took()
			stream.getTracks().forEach(t => t.stop())
			recorder = null
			recording()
			if (of !== at() || !$('#voice')) return // another case is open: it is not for that one
			const files = new DataTransfer()
			files.items.add(new File(parts, name, { type: kind }))
			$('#voice').files = files.files
			attached()
		}
		recorder.start()
		recording()
	}
	document.addEventListener('click', e => { if (e.target.closest?.('#record')) record() })

	// Who else is here. It is said when somebody opens a case or leaves it, begins or
	// stops writing, and now and then that they are still there; of the others the
	// stream tells. Each time has its number, so that one that is late overrules nothing.
	const beat = 20000, still = 8000, page = Math.random().toString(36).slice(2) + Date.now().toString(36)
	let beats = 0
	const now = what => ({ do: what, page, n: ++beats })
	let writing = 0, told = '', place = '', stop
	const doing = () => Date.now() - writing < still && box()?.value.trim() ? 'writing' : 'looking'
	async function here() {
		if (!at() || document.hidden) return
		told = doing()
		place = path('here')
		const mine = at(), it = now(told)
		try {
			const res = await post('here', it)
			if (!res.ok) return
			const { text } = await res.json(), el = $('#present')
			if (el && mine === at() && it.n === beats && el.textContent !== text) el.textContent = text
		} catch { /* the live sign tells */ }
	}
	function left() {
		if (place) navigator.sendBeacon?.(place, new URLSearchParams(now('left')))
		place = ''
	}
	on.here = data => {
		const { case: id, text } = JSON.parse(data), el = $('#present')
		if (el && at() === id && el.textContent !== text) el.textContent = text
	}
	setInterval(here, beat)
	document.addEventListener('visibilitychange', () => { if (document.hidden) left(); else here() })
	addEventListener('pagehide', left)

	function typed() {
		writing = Date.now()
		if (told !== 'writing') here()
		clearTimeout(stop)
		stop = setTimeout(here, still + 100)
		clearTimeout(rest)
		rest = setTimeout(hint, 400)
	}
	document.addEventListener('input', e => {
		if (e.target !== box()) return
		typed()
		offer()
	})

	const before = on.parts
	let last = at()
	on.parts = url => {
		before?.(url)
		dress()
		if (last !== at()) { left(); last = at(); here() } else if (told && doing() !== told) here()
	}
	dress()
	here()
}
