// Registers this browser to be told of what needs its person, and marks it in
// the list.
'use strict'
{
	const { $, all } = house
	const worker = '/house/sw.js', scope = '/house/'
	const able = isSecureContext && 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
	const apple = /iPhone|iPad/.test(navigator.userAgent) && !matchMedia('(display-mode: standalone)').matches
	const say = what => all('[data-phone]').forEach(p => { p.hidden = p.dataset.phone !== what })

	async function mine() {
		const there = able && await navigator.serviceWorker.getRegistration(scope)
		return there ? there.pushManager.getSubscription() : null
	}
	// Marks this browser among the contacts; its name there is a hash of its address.
	async function mark() {
		const sub = await mine().catch(() => null)
		const id = sub && Notification.permission === 'granted' ? await house.contactID(sub.endpoint) : ''
		let here = false
		for (const el of all('[data-contact]')) {
			const same = el.dataset.contact === id
			here ||= same && !el.classList.contains('s-broken')
			$('.here', el).hidden = !same
		}
		if (!$('#phone')) return
		$('#phone-ring').hidden = here || !able || Notification.permission === 'denied'
		say(here ? 'here' : !able ? (apple ? 'install' : 'never') : Notification.permission === 'denied' ? 'denied' : 'ask')
	}
	function name() {
		const ua = navigator.userAgent
		const device = /\((?:Linux; )?Android [\d.]+; ([^);]+?)(?: Build[^)]*)?\)/.exec(ua)?.[1] || /iPhone|iPad|Android|Windows|Macintosh|CrOS|Linux/.exec(ua)?.[0] || ''
		const browser = /Firefox|Edg|OPR|SamsungBrowser|Chrome|Safari/.exec(ua)?.[0] || ''
		return [device === 'K' ? 'Android' : device.replace('Macintosh', 'Mac'), browser.replace('Edg', 'Edge').replace('OPR', 'Opera').replace('SamsungBrowser', 'Samsung')].filter(Boolean).join(' · ')
	}
	async function ring() {
		if (await Notification.requestPermission() !== 'granted') return mark()
		const there = await navigator.serviceWorker.register(worker, { scope })
		await ready(there)
		const options = { userVisibleOnly: true, applicationServerKey: $('#phone').dataset.key }
		const sub = await there.pushManager.subscribe(options).catch(async e => {
			const old = await there.pushManager.getSubscription() // for another key: of before the house moved
			if (!old) throw e
			await old.unsubscribe()
			return there.pushManager.subscribe(options)
		})
		const { endpoint, keys } = sub.toJSON(), form = $('#phone-form')
		Object.assign(form.endpoint, { value: endpoint })
		form.auth.value = keys.auth
		form.p256dh.value = keys.p256dh
		form.label.value = name()
		await house.send(form)
		await mark()
	}
	const ready = there => there.active ? null : new Promise(done => {
		const next = there.installing || there.waiting
		next.addEventListener('statechange', () => { if (next.state === 'activated') done() })
	})
	$('#phone-ring')?.addEventListener('click', async e => {
		e.target.disabled = true
		try { await ring() } catch { say('failed') } finally { e.target.disabled = false }
	})
	house.on.parts = mark
	mark()
}
