/* « Does it already exist elsewhere? »: a panel of the block editor, or a box of the classic one. */
(function (said, wp) {
    'use strict';

    const TITLE_PAUSE = 600; // milliseconds without typing
    const TEXT_PAUSE = 2500;
    const TEXT_MAX = 20000;

    let turn = 0;

    /** Ask the site; `show` gets {said, items}, unless something newer was asked meanwhile. */
    function ask(title, text, show) {
        const mine = ++turn;
        if (title.trim().length < said.shortest) {
            show({ said: said.empty, items: [] });
            return;
        }
        show({ said: said.looking, items: null });
        const body = new URLSearchParams({
            action: said.action,
            _ajax_nonce: said.nonce,
            title: title,
            text: text.slice(0, TEXT_MAX),
        });
        fetch(said.ajax, { method: 'POST', credentials: 'same-origin', body: body })
            .then((answer) => answer.json())
            .then((answer) => (answer && answer.success ? answer.data : Promise.reject()))
            .catch(() => ({ said: said.trouble, items: [] }))
            .then((found) => {
                if (mine === turn) {
                    show(found);
                }
            });
    }

    function later(pause) {
        let timer = 0;
        return (act) => {
            clearTimeout(timer);
            timer = setTimeout(act, pause);
        };
    }

    function panel() {
        const { createElement: el, useState, useEffect, useRef } = wp.element;
        const Panel = (wp.editor && wp.editor.PluginDocumentSettingPanel) || wp.editPost.PluginDocumentSettingPanel;
        const name = 'partageons-elsewhere';

        /* Shown open the first time, then as each person left it. */
        function openOnce() {
            const store = wp.data.select('core/editor').isEditorPanelOpened ? 'core/editor' : 'core/edit-post';
            const id = name + '/' + name;
            try {
                if (!localStorage.getItem(name)) {
                    localStorage.setItem(name, '1');
                    if (!wp.data.select(store).isEditorPanelOpened(id)) {
                        wp.data.dispatch(store).toggleEditorPanelOpened(id);
                    }
                }
            } catch (refused) {
                // A browser that keeps nothing: the panel stays closed.
            }
        }

        function Elsewhere() {
            const [found, setFound] = useState({ said: said.empty, items: [] });
            const kept = useRef([]);
            const pauses = useRef({ title: later(TITLE_PAUSE), text: later(TEXT_PAUSE) });
            const draft = wp.data.useSelect((select) => ({
                title: select('core/editor').getEditedPostAttribute('title') || '',
                blocks: select('core/block-editor').getBlocks(),
            }), []);
            const look = () => {
                const now = wp.data.select('core/editor');
                ask(now.getEditedPostAttribute('title') || '', now.getEditedPostContent() || '', (answer) => {
                    kept.current = answer.items || kept.current;
                    setFound({ said: answer.said, items: kept.current });
                });
            };
            useEffect(openOnce, []);
            useEffect(() => pauses.current.title(look), [draft.title]);
            useEffect(() => pauses.current.text(look), [draft.blocks]);
            const size = found.items.length;
            return el(
                Panel,
                { name: name, title: said.title + (size ? ' (' + size + ')' : ''), className: 'partageons-elsewhere' },
                el('p', { role: 'status' }, found.said),
                el('ul', null, found.items.map((item) => el(
                    'li',
                    { key: item.url },
                    el('a', { href: item.url, target: '_blank', rel: 'noopener' }, item.title,
                        el('span', { className: 'screen-reader-text' }, ' ' + said.tab)),
                    ' ',
                    el('span', null, item.from),
                    el('small', null, item.why)
                )))
            );
        }

        wp.plugins.registerPlugin(name, { render: Elsewhere, icon: null });
    }

    function box(place) {
        const status = place.querySelector('[role=status]');
        const list = place.appendChild(document.createElement('ul'));
        const title = document.getElementById('title');
        const text = document.getElementById('content');
        const written = () => {
            const rich = window.tinymce && window.tinymce.get('content');
            return rich && !rich.isHidden() ? rich.getContent() : (text ? text.value : '');
        };
        const add = (parent, tag, said) => {
            const made = parent.appendChild(document.createElement(tag));
            made.textContent = said;
            return made;
        };
        const show = (answer) => {
            status.textContent = answer.said;
            if (!answer.items) {
                return;
            }
            list.textContent = '';
            answer.items.forEach((item) => {
                const line = list.appendChild(document.createElement('li'));
                const link = add(line, 'a', item.title);
                link.href = item.url;
                link.target = '_blank';
                link.rel = 'noopener';
                add(link, 'span', ' ' + said.tab).className = 'screen-reader-text';
                line.append(' ');
                add(line, 'span', item.from);
                add(line, 'small', item.why);
            });
        };
        const look = () => ask(title ? title.value : '', written(), show);
        const typed = later(TITLE_PAUSE);
        const wrote = later(TEXT_PAUSE);
        if (title) {
            title.addEventListener('input', () => typed(look));
        }
        if (text) {
            text.addEventListener('input', () => wrote(look));
        }
        if (window.jQuery) {
            window.jQuery(document).on('tinymce-editor-init', (event, rich) => {
                if (rich.id === 'content') {
                    rich.on('input change', () => wrote(look));
                }
            });
        }
        typed(look);
    }

    const place = document.querySelector('[data-partageons-elsewhere]');
    if (wp && wp.plugins && wp.data && wp.data.select('core/editor')) {
        panel();
    } else if (place) {
        box(place);
    }
})(window.partageonsElsewhere, window.wp);
