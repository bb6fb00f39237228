// Keeps a page of the house live. What changed is read again as a whole page and
// its parts are put in place of the old ones; what somebody types is not touched.
'use strict'
const house = (() => {
	const body = document.body
	const say = JSON.parse(body.dataset.say || '{}')
	const skew = Date.parse(body.dataset.now) - Date.now()
	const on = {}
	const $ = (q, at) => (at || document).querySelector(q)
	const all = (q, at) => [...(at || document).querySelectorAll(q)]
	const kept = (name, otherwise) => { try { return localStorage.getItem('sayline-' + name) ?? otherwise } catch { return otherwise } }
	const keep = (name, value) => { try { localStorage.setItem('sayline-' + name, value) } catch { /* a browser that keeps nothing */ } }

	// The live sign tells the state of the worst line there is.
	const lines = []
	function sign() {
		const el = $('#live')
		if (!el) return
		const states = lines.map(l => l.state)
		const state = ['out', 'off', 'catching'].find(s => states.includes(s)) || (states.length ? 'on' : 'off')
		el.dataset.state = state === 'out' ? 'off' : state
		const text = { on: say.live_on, catching: say.live_catching, off: say.live_off, out: say.live_signed_out }[state]
		if (el.lastElementChild.textContent !== text) el.lastElementChild.textContent = text
	}

	// One line of server-sent events. It is read by hand, so that its heartbeats
	// are heard too: a line that is silent for longer than two of them is dead,
	// whatever the browser believes.
	const silence = 40000, patience = 6000
	function line(path) {
		const l = { state: 'catching', id: '' }
		let stop, heard, lost = Date.now(), wait = 500, paused = false, next, busy
		const set = s => {
			if (s === 'on') lost = 0
			else lost ||= Date.now()
			l.state = s === 'catching' && lost && Date.now() - lost > patience ? 'off' : s
			sign()
		}
		async function open() {
			if (busy) return
			busy = true
			clearTimeout(next)
			stop = new AbortController()
			heard = Date.now()
			try {
				const res = await fetch(path, { headers: { Accept: 'text/event-stream', ...(l.id && { 'Last-Event-ID': l.id }) }, signal: stop.signal, cache: 'no-store' })
				if (res.status === 401) { set('out'); if (body.dataset.phone) location.assign(body.dataset.phone); return } // and busy for good: only a new page helps
				if (!res.ok) throw new Error(res.status)
				await read(res.body.getReader())
			} catch { /* it comes again below */ }
			busy = false
			if (paused) return
			set('catching')
			next = setTimeout(open, wait + Math.random() * 300)
			wait = Math.min(wait * 2, 8000)
		}
		async function read(reader) {
			const text = new TextDecoder()
			let rest = ''
			for (;;) {
				const { done, value } = await reader.read()
				if (done) return
				heard = Date.now()
				wait = 500
				set('on')
				rest += text.decode(value, { stream: true })
				const events = rest.split('\n\n')
				rest = events.pop()
				events.forEach(take)
			}
		}
		function take(event) {
			let name = 'message', data = []
			for (const part of event.split('\n')) {
				const i = part.indexOf(': ')
				const field = part.slice(0, i), value = part.slice(i + 2)
				if (field === 'id') l.id = value
				else if (field === 'event') name = value
				else if (field === 'data') data.push(value)
			}
			if (data.length && on[name]) on[name](data.join('\n'))
		}
		setInterval(() => {
			if (paused) return
			if (Date.now() - heard > silence && l.state === 'on') stop.abort()
			else if (l.state === 'catching') set('catching')
		}, 1000)
		addEventListener('offline', () => { if (!paused) stop?.abort() })
		const now = () => { if (!paused && l.state !== 'on') { wait = 500; open() } }
		addEventListener('online', now)
		document.addEventListener('visibilitychange', () => { if (!document.hidden) now() })
		l.pause = () => { paused = true; stop?.abort() }
		l.resume = () => { if (paused) { paused = false; set('catching'); open() } }
		lines.push(l)
		open()
		return l
	}

	// Parts of the page. What somebody was told stays until they do something: others
	// do not take it away.
	function apply(doc, url, others) {
		on.before?.()
		const focus = document.activeElement, id = focus?.id
		for (const fresh of all('[data-part]', doc)) {
			const old = document.getElementById(fresh.id)
			if (!old || others && fresh.id === 'notice' && fresh.hidden) continue
			if (fresh.hasAttribute('data-typed') && old.dataset.key === fresh.dataset.key) continue
			if (old.outerHTML === fresh.outerHTML) continue
			const open = all('details[open][id]', old).map(d => d.id)
			const ticked = all('input:checked[id]', old).map(d => d.id)
			// Words for one person and words for all are different forms of one answer.
			const same = old.dataset.key?.split(' ')[0] === fresh.dataset.key?.split(' ')[0]
			const words = same && $('textarea', old)?.value
			const files = same ? all('input[type=file][id]', old).filter(i => i.files.length).map(i => [i.id, i.files]) : []
			// A voice goes on being heard: put back at once, its element never stops.
			const heard = all('audio[id]', old).filter(a => !a.paused || a.currentTime)
			for (const a of [...old.attributes]) if (!fresh.hasAttribute(a.name)) old.removeAttribute(a.name)
			for (const a of [...fresh.attributes]) old.setAttribute(a.name, a.value)
			old.replaceChildren(...fresh.childNodes)
			heard.forEach(a => document.getElementById(a.id)?.replaceWith(a))
			open.forEach(d => document.getElementById(d)?.setAttribute('open', ''))
			ticked.forEach(d => { const box = document.getElementById(d); if (box) box.checked = true })
			if (words && $('textarea', old)) $('textarea', old).value = words
			for (const [id, chosen] of files) {
				const input = document.getElementById(id)
				if (input) { input.files = chosen; input.dispatchEvent(new Event('change', { bubbles: true })) }
			}
		}
		if (id && document.activeElement !== focus) document.getElementById(id)?.focus({ preventScroll: true })
		document.title = doc.title
		body.className = doc.body.className
		title = doc.title
		fresh()
		on.parts?.(url)
	}
	async function load(url, options) {
		const res = await fetch(url, { headers: { Accept: 'text/html' }, cache: 'no-store', ...options })
		const doc = new DOMParser().parseFromString(await res.text(), 'text/html')
		if (!res.ok) throw Object.assign(new Error(), { said: all('[data-problem]', doc).map(p => p.textContent).join(' ') })
		if (doc.body.classList.contains('plain')) throw new Error('elsewhere') // signed out: the live sign tells, and what is typed stays
		return { doc, url: res.url }
	}
	// Nothing is put in another place under a finger that is down: what is drawn anew
	// between press and release takes the tap away.
	let down = Promise.resolve(), up = () => {}
	addEventListener('pointerdown', () => { up(); down = new Promise(done => { up = done; setTimeout(done, 2000) }) }, true)
	for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(up, 50), true)
	const still = () => down
	let reading, again
	async function refresh() {
		if (reading || document.hidden) { again = true; return }
		reading = true
		const at = location.href
		try {
			const { doc } = await load(at)
			await down
			if (at === location.href) apply(doc, at, true)
		} catch { /* the live sign tells */ }
		setTimeout(() => { reading = false; if (again) { again = false; refresh() } }, 400)
	}
	document.addEventListener('visibilitychange', () => { if (!document.hidden && again && !reading) { again = false; refresh() } })
	async function visit(url, back) {
		try {
			const { doc } = await load(url)
			if (!back) history.pushState(null, '', url)
			apply(doc, url)
		} catch { location.assign(url) }
	}
	addEventListener('popstate', () => { if (on.visit) visit(location.href, true); else location.reload() })

	function tell(text, wrong) {
		const el = $('#notice')
		el.textContent = text
		el.hidden = !text
		el.classList.toggle('wrong', !!wrong)
	}

	// Forms marked live are sent without leaving the page; their answer is the page.
	async function send(form, button) {
		const data = new FormData(form)
		if (button?.name) data.append(button.name, button.value)
		const files = all('input[type=file]', form).some(i => i.files.length)
		const body = files ? data : new URLSearchParams([...data].filter(([, v]) => typeof v === 'string'))
		const buttons = all('button', form)
		buttons.forEach(b => { b.disabled = true })
		try {
			const { doc } = await load(button?.formAction && button.hasAttribute('formaction') ? button.formAction : form.action, { method: 'POST', body })
			form.reset()
			if (form.dataset.live) {
				location.assign(form.dataset.live)
				return
			}
			apply(doc, location.href)
		} catch (e) {
			tell(e.said || say.not_sent, true)
		} finally {
			buttons.forEach(b => { b.disabled = false })
		}
	}
	document.addEventListener('submit', e => {
		const form = e.target
		if (!form.hasAttribute('data-live') || e.submitter?.hasAttribute('data-plain')) return
		e.preventDefault()
		send(form, e.submitter)
	})
	document.addEventListener('click', e => {
		const later = e.target.closest?.('[data-later]')
		if (later) hush(later.closest('.ring'))
		for (const d of all('details.menu[open]')) if (!d.contains(e.target)) d.open = false
	})
	document.addEventListener('keydown', e => {
		if (e.key !== 'Escape') return
		for (const d of all('details.menu[open]')) { d.open = false; $('summary', d).focus() }
	})

	// Times that run: what is left, and how long ago.
	// Made when first needed: it costs a slow phone a tenth of a second, and most rooms have no use for it.
	let relative
	const ago = (n, unit) => (relative ||= new Intl.RelativeTimeFormat(body.dataset.lang, { style: 'narrow', numeric: 'auto' })).format(n, unit)
	const two = n => String(n).padStart(2, '0')
	function span(ms) {
		const s = Math.floor(Math.abs(ms) / 1000)
		if (s >= 86400) return Math.floor(s / 86400) + ' d'
		return s >= 3600 ? Math.floor(s / 3600) + ' h ' + two(Math.floor(s / 60) % 60) : Math.floor(s / 60) + ':' + two(s % 60)
	}
	function fresh() {
		const now = Date.now() + skew
		for (const el of all('time[data-due]')) {
			const left = Date.parse(el.dateTime) - now
			if (Math.abs(left) > 172800000) continue
			const text = (left >= 0 ? say.clock_left : say.clock_over).replace('{t}', '\u2066' + span(left) + '\u2069')
			if (el.textContent !== text) el.textContent = text
			el.classList.toggle('over', left < 0)
			el.classList.toggle('soon', left >= 0 && left < 120000)
		}
		for (const el of all('time[data-ago]')) {
			const s = Math.round((Date.parse(el.dateTime) - now) / 1000)
			if (s < -3600) continue
			const text = s > -60 ? ago(Math.min(s, 0), 'second') : ago(Math.round(s / 60), 'minute')
			if (el.textContent !== text) el.textContent = text
		}
	}
	setInterval(fresh, 1000)

	// Rings.
	let title = document.title, flash, sound
	const wake = () => { try { sound ||= new AudioContext(); sound.resume() } catch { /* a browser without sound */ } }
	addEventListener('pointerdown', wake)
	addEventListener('keydown', wake)
	function chime() {
		if (kept('sound') === 'off' || sound?.state !== 'running') return
		const at = sound.currentTime
		for (const [i, hz] of [659.25, 880].entries()) {
			const tone = sound.createOscillator(), volume = sound.createGain()
			tone.frequency.value = hz
			volume.gain.setValueAtTime(0, at + i * .18)
			volume.gain.linearRampToValueAtTime(.12, at + i * .18 + .02)
			volume.gain.exponentialRampToValueAtTime(.001, at + i * .18 + .9)
			tone.connect(volume).connect(sound.destination)
			tone.start(at + i * .18)
			tone.stop(at + i * .18 + 1)
		}
	}
	function hush(ring) {
		ring?.remove()
		if ($('.ring')) return
		clearInterval(flash)
		document.title = title
	}
	function show(ring) {
		const holder = document.createElement('template')
		holder.innerHTML = ring.html
		$('#rings').prepend(holder.content)
		all('.ring').slice(4).forEach(r => r.remove())
		clearInterval(flash)
		let lit = true
		document.title = '● ' + ring.title
		flash = setInterval(() => { document.title = (lit = !lit) ? '● ' + ring.title : title }, 1200)
	}
	on.ring = data => {
		const ring = JSON.parse(data)
		const same = $(`.ring[data-page="${ring.page}"]`)
		if (same) return
		hush($(`.ring[data-case="${ring.case}"]`))
		if (document.hidden || $('#case')?.dataset.case !== ring.case) show(ring)
		if (ring.loud) {
			chime()
			navigator.userActivation?.hasBeenActive && navigator.vibrate?.([180, 90, 180])
		}
		fetch(`/b/${body.dataset.brand}/rings/${ring.page}`, { method: 'POST' }).catch(() => { /* it rings again with the next line */ })
	}
	on.hush = data => {
		const id = JSON.parse(data).case
		all('.ring').filter(r => r.dataset.case === id).forEach(hush)
	}
	on.changed = refresh
	on.again = () => setTimeout(() => { if (!all('textarea').some(t => t.value)) location.reload() }, 500 + Math.random() * 1500)
	on.end = () => { /* the line comes again by itself */ }

	// What this browser is called among somebody's contacts: who signs out here is
	// told nothing here any more.
	async function contactID(endpoint) {
		const sum = await crypto.subtle.digest('SHA-256', new TextEncoder().encode('push\n' + endpoint))
		return [...new Uint8Array(sum, 0, 16)].map(b => b.toString(16).padStart(2, '0')).join('')
	}
	async function device() {
		const there = await navigator.serviceWorker?.getRegistration('/house/')
		const sub = await there?.pushManager?.getSubscription()
		if (sub) $('#signout').device.value = await contactID(sub.endpoint)
	}
	if ($('#signout')) device().catch(() => { /* a browser that can't be told anything */ })

	// Switches of this device.
	for (const name of ['sound', 'keys']) {
		const box = $('#' + name)
		if (!box) continue
		box.checked = kept(name) !== 'off'
		box.addEventListener('change', () => keep(name, box.checked ? 'on' : 'off'))
	}
	all('[data-script]').forEach(el => { el.hidden = false })

	// A shift phone lies there and waits: its screen stays on.
	const awake = () => { if (!document.hidden) navigator.wakeLock?.request('screen').catch(() => { /* it may be refused */ }) }
	if (body.dataset.phone) {
		awake()
		document.addEventListener('visibilitychange', awake)
	}

	if (body.dataset.live) line(body.dataset.live)
	// Rooms' scripts come after this one and say first what they listen to.
	const opened = body.dataset.stream ? new Promise(done => addEventListener('DOMContentLoaded', () => done(line(body.dataset.stream)))) : null
	if ($('time[data-ago]') && window.requestIdleCallback) requestIdleCallback(fresh) // what the server wrote is right until then
	else fresh()
	sign()
	return { on, $, all, say, still, contactID, refresh, visit, send, tell, apply, fresh, kept, opened, chime, wake, aloud: text => { $('#aloud').textContent = text } }
})()
