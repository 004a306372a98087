/* The settings page of Partageons vert: what it does besides plain forms, which do the rest. GPL-2.0-or-later. */
(function () {
    'use strict';

    const given = window.partageonsAdmin;
    const form = document.getElementById('pv-sharing');
    if (!given || !form) {
        return;
    }
    const preview = document.getElementById('pv-preview');
    const said = document.getElementById('pv-preview-said');
    const unsaved = document.getElementById('pv-unsaved');
    const PAUSE = 350;
    const LOOK_EVERY = 5000;
    let waiting = 0;
    let asking = null;

    async function ask(action, body, signal) {
        body.set('action', 'partageons_' + action);
        body.set('_ajax_nonce', given.nonce);
        const answer = await fetch(given.ajax, { method: 'POST', body, signal, credentials: 'same-origin' });
        const told = await answer.json();
        if (!told || !told.success) {
            throw new Error(action);
        }
        return told.data;
    }

    /** What is ticked, without what belongs to WordPress's own form. */
    function ticked() {
        const body = new FormData();
        new FormData(form).forEach((value, name) => {
            if (name.startsWith('partageons[')) {
                body.append(name, value);
            }
        });
        return body;
    }

    async function refresh() {
        if (asking) {
            asking.abort();
        }
        const mine = asking = new AbortController();
        preview.setAttribute('aria-busy', 'true');
        try {
            const told = await ask('preview', ticked(), mine.signal);
            preview.innerHTML = told.html; // escaped by the server, from the same session
            said.textContent = told.said;
        } catch (error) {
            if (mine.signal.aborted) {
                return;
            }
            said.textContent = given.words.failed;
            const line = document.createElement('p');
            line.className = 'pv-empty';
            line.textContent = given.words.failed;
            preview.replaceChildren(line);
        }
        preview.removeAttribute('aria-busy');
    }

    /** A type that is not ticked does not ask for its details. */
    function unfold(type, touched) {
        const details = type.querySelector('.pv-more');
        const on = type.querySelector('.pv-type-name input').checked;
        details.hidden = !on;
        if (on && touched) {
            details.open = true;
        }
    }

    form.addEventListener('change', (event) => {
        if (event.target.closest('.pv-type-name')) {
            unfold(event.target.closest('.pv-type'), true);
        }
    });
    form.addEventListener('input', () => {
        unsaved.textContent = given.words.unsaved;
        window.clearTimeout(waiting);
        waiting = window.setTimeout(refresh, PAUSE);
    });
    form.querySelectorAll('.pv-type').forEach((type) => unfold(type, false));

    // « Tick all »: all but what may speak of people.
    form.querySelectorAll('.pv-fields').forEach((group) => {
        const boxes = [...group.querySelectorAll('.pv-row:not(.pv-row-personal) input')];
        if (boxes.length < 2) {
            return;
        }
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'button button-small pv-tick';
        const name = () => {
            button.textContent = boxes.every((box) => box.checked) ? given.words.none : given.words.all;
        };
        button.addEventListener('click', () => {
            const on = !boxes.every((box) => box.checked);
            boxes.forEach((box) => { box.checked = on; });
            form.dispatchEvent(new Event('input'));
            name();
        });
        group.addEventListener('change', name);
        name();
        group.insertBefore(button, group.querySelector('.pv-row'));
    });

    // « Join »: what became of the request, as long as it may change.
    async function look() {
        const panel = document.getElementById('pv-join');
        if (document.hidden || panel.contains(document.activeElement)) {
            window.setTimeout(look, LOOK_EVERY);
            return;
        }
        try {
            const told = await ask('panel', new FormData());
            if (panel.innerHTML !== told.html) {
                panel.innerHTML = told.html;
            }
            if (!told.looking) {
                return;
            }
        } catch (error) {
            // The next look may do better.
        }
        window.setTimeout(look, LOOK_EVERY);
    }
    if (given.looking) {
        window.setTimeout(look, 2000);
    }

    // « Test now ».
    document.getElementById('pv-status').addEventListener('submit', async (event) => {
        if (!event.target.closest('.pv-try')) {
            return;
        }
        event.preventDefault();
        const status = document.getElementById('pv-status');
        document.getElementById('pv-try').disabled = true;
        document.getElementById('pv-try-said').textContent = given.words.testing;
        try {
            status.innerHTML = (await ask('try', new FormData())).html;
            document.getElementById('pv-try').focus();
        } catch (error) {
            document.getElementById('pv-try').disabled = false;
            document.getElementById('pv-try-said').textContent = given.words.testFailed;
        }
    });
}());
