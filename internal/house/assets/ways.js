// The pages of the ways in: buttons that copy, and the bar of what is being made.
'use strict'
for (const b of document.querySelectorAll('[data-copy]')) {
	b.hidden = !navigator.clipboard
	const said = b.textContent
	b.addEventListener('click', async () => {
		const type = (kind, text) => ({ [kind]: new Blob([text], { type: kind }) })
		try {
			if (b.dataset.html && window.ClipboardItem) await navigator.clipboard.write([new ClipboardItem({ ...type('text/plain', b.dataset.copy), ...type('text/html', b.dataset.html) })])
			else await navigator.clipboard.writeText(b.dataset.copy)
		} catch { return }
		b.textContent = b.dataset.done
		document.getElementById('aloud').textContent = b.dataset.done
		setTimeout(() => { b.textContent = said }, 2000)
	})
}
const job = document.querySelector('[data-job]')
if (job) {
	const live = new EventSource(job.dataset.job)
	live.addEventListener('progress', e => {
		const p = JSON.parse(e.data)
		job.querySelector('progress').value = p.done
		job.querySelector('[data-done]').textContent = p.done
		if (p.state !== 'waiting' && p.state !== 'making') { live.close(); location.reload() }
	})
}
