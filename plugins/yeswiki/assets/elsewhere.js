/* « Existe déjà ailleurs ? »: while the title of an entry is written, the wiki is asked what resembles it. */
(function () {
    'use strict';

    const PAUSE = 600; // milliseconds without typing
    const SHORTEST = 6;

    const data = document.getElementById('partageons-elsewhere');
    const form = document.getElementById('formulaire');
    const title = form && form.querySelector('input[name="bf_titre"]:not([type="hidden"])');
    if (!data || !title) {
        return;
    }
    const said = JSON.parse(data.textContent);
    const add = (parent, tag, text) => {
        const made = parent.appendChild(document.createElement(tag));
        made.textContent = text || '';
        return made;
    };

    // A live region tells what comes into it if it was there before: it is emptied, never hidden.
    const panel = document.createElement('div');
    const heading = add(panel, 'p', said.title);
    heading.className = 'partageons-elsewhere-title';
    const status = add(panel, 'p');
    status.setAttribute('role', 'status');
    const list = add(panel, 'ul');
    (title.closest('.input-group') || title).after(panel);

    const target = form.getAttribute('action') || location.href.split('#')[0];
    let turn = 0;
    let timer = 0;
    let last = title.value.trim();

    /* Whoever saw the answer is not told again once the entry is saved. */
    function seen(yes) {
        const mark = (target.includes('?') ? '&' : '?') + encodeURIComponent(said.seen) + '=1';
        form.setAttribute('action', yes ? target + mark : target);
    }

    function show(answer) {
        panel.className = answer.said ? 'partageons-elsewhere' : '';
        heading.hidden = list.hidden = !answer.said;
        status.textContent = answer.said;
        list.textContent = '';
        (answer.items || []).forEach((item) => {
            const line = add(list, 'li');
            const link = add(line, 'a', item.title);
            link.href = item.url;
            link.target = '_blank';
            link.rel = 'noopener';
            add(link, 'span', ' ' + said.tab).className = 'sr-only';
            line.append(' ');
            add(line, 'span', item.from);
            if (item.why) {
                add(line, 'small', item.why);
            }
        });
        seen(answer.seen);
    }

    function look() {
        const mine = ++turn;
        const written = title.value.trim();
        if (written.length < SHORTEST) {
            show({ said: '', seen: false });
            return;
        }
        fetch(said.url + '&titre=' + encodeURIComponent(written), { credentials: 'same-origin' })
            .then((answer) => (answer.ok ? answer.json() : Promise.reject()))
            .catch(() => ({ said: '', seen: false })) // it helps, or is not there
            .then((answer) => {
                if (mine === turn) {
                    show(answer);
                }
            });
    }

    show({ said: '', seen: false });
    title.addEventListener('input', () => {
        const now = title.value.trim();
        if (now !== last) {
            last = now;
            seen(false);
            clearTimeout(timer);
            timer = setTimeout(look, PAUSE);
        }
    });
    if (!form.querySelector('input[name="id_fiche"]')) {
        look(); // a title that came with the address
    }
})();
