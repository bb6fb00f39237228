// Shows what the house pushes to this browser, and lets its person act from
// there. It keeps nothing, caches nothing, and stands in nobody's way: no page
// is within its scope.
'use strict'
addEventListener('install', () => skipWaiting())
addEventListener('activate', e => e.waitUntil(clients.claim()))

// A newer notification of the same tag takes the older one's place.
async function show(w) {
	await registration.showNotification(w.title, {
		body: w.body || '', lang: w.lang, dir: w.dir, tag: w.tag, icon: w.icon, timestamp: w.at || Date.now(), data: w,
		silent: !!w.silent, renotify: !w.silent, requireInteraction: !!w.loud,
		actions: (w.buttons || []).slice(0, Notification.maxActions || 2).map(b => ({ action: b.do, title: b.say })),
	})
}

const post = (path, form) => fetch(path, { method: 'POST', headers: { Accept: 'application/json' }, body: new URLSearchParams(form), credentials: 'same-origin' })
const told = (w, did) => w.act && post(w.act, { did }).catch(() => { /* what stands on the desk is true without it */ })

addEventListener('push', e => e.waitUntil((async () => {
	let w
	try { w = e.data.json() } catch { return }
	await show(w)
	if (w.code && w.reply) await post(w.reply, { code: w.code }).catch(() => { /* it can be sent again */ })
	if (w.kind === 'page') await told(w, 'shown')
})()))

// The browser's maker gave it another address, or none: it is told with the keys of
// the one before. Where the browser no longer has those, the next call finds out.
addEventListener('pushsubscriptionchange', e => e.waitUntil((async () => {
	if (!e.oldSubscription) return
	const old = e.oldSubscription.toJSON(), key = e.oldSubscription.options?.applicationServerKey
	const now = e.newSubscription || await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).catch(() => null)
	const form = { old: old.endpoint, old_auth: old.keys.auth, old_p256dh: old.keys.p256dh }
	if (now) {
		const { endpoint, keys } = now.toJSON()
		Object.assign(form, { endpoint, auth: keys.auth, p256dh: keys.p256dh })
	}
	const res = await post('/house/renew', form)
	if (res.status === 200) await show(await res.json())
})()))

// act does what a button says, and tells what came of it in the same place.
async function act(w, did) {
	try {
		const res = await post(w.act, { did })
		if (!res.ok && res.status !== 409) throw new Error(res.status)
		const now = await res.json()
		await show({ ...w, at: 0, loud: false, silent: true, act: '', buttons: [], ...now })
		if (now.open) await open(now.open)
	} catch {
		await show({ ...w, title: w.failed, body: w.title, silent: true })
	}
}

async function open(url) {
	const all = await clients.matchAll({ type: 'window', includeUncontrolled: true })
	const there = all.find(c => c.url === url)
	return there ? there.focus() : clients.openWindow(url)
}

addEventListener('notificationclick', e => {
	const w = e.notification.data
	e.notification.close()
	e.waitUntil((async () => {
		if (w.act && e.action && e.action !== 'answer') return act(w, e.action)
		if (w.url) await open(w.url)
		await told(w, 'opened')
	})())
})
