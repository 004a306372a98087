/* The block « Resources of the network » in the editor: its choices, and what the site will show. */
(function (wp, said) {
    'use strict';

    const { createElement: el, Fragment, useEffect, useState } = wp.element;
    const { InspectorControls, useBlockProps } = wp.blockEditor;
    const { Disabled, FormTokenField, PanelBody, RangeControl, SelectControl, TextControl } = wp.components;
    const FILTERS = ['theme', 'territoire', 'type'];
    // What newer editors want said; older ones do not know it.
    const newer = { __next40pxDefaultSize: true, __nextHasNoMarginBottom: true };

    let asked = null;

    /** What can be chosen: {theme: [[code, label], …], …}; nothing when the bridge does not answer. */
    function words() {
        asked = asked || fetch(said.ajax, {
            method: 'POST',
            credentials: 'same-origin',
            body: new URLSearchParams({ action: said.action, _ajax_nonce: said.nonce }),
        }).then((answer) => answer.json()).then((answer) => (answer && answer.data) || {}).catch(() => ({}));
        return asked;
    }

    /** One filter: labels for people, codes separated by commas in the block. */
    function Filter({ name, value, known, onChange }) {
        const labels = new Map(known);
        const codes = new Map(known.map(([code, label]) => [label.toLowerCase(), code]));
        const field = el(FormTokenField, {
            label: said[name],
            value: value.split(',').filter(Boolean).map((code) => labels.get(code) || code),
            suggestions: known.map(([, label]) => label),
            maxSuggestions: 30,
            onChange: (tokens) => onChange(
                tokens.map((token) => codes.get(token.toLowerCase()) || token.trim()).filter(Boolean).join(',')
            ),
            __experimentalExpandOnFocus: true,
            __experimentalShowHowTo: false,
            ...newer,
        });
        return el('div', { style: { marginBottom: 16 } }, field);
    }

    function Edit({ attributes, setAttributes }) {
        const [known, setKnown] = useState(null);
        useEffect(() => {
            words().then(setKnown);
        }, []);
        const set = (name) => (value) => setAttributes({ [name]: value });
        const none = known && !FILTERS.some((name) => known[name] && known[name].length);
        return el(
            Fragment,
            null,
            el(
                InspectorControls,
                null,
                el(
                    PanelBody,
                    { title: said.which },
                    el(TextControl, { label: said.q, value: attributes.q, help: said.help, onChange: set('q'), ...newer }),
                    FILTERS.map((name) => el(Filter, {
                        key: name,
                        name: name,
                        value: attributes[name],
                        known: (known && known[name]) || [],
                        onChange: set(name),
                    })),
                    none ? el('p', null, said.codes) : null
                ),
                el(
                    PanelBody,
                    { title: said.how },
                    el(SelectControl, {
                        label: said.vue,
                        value: attributes.vue,
                        options: ['liste', 'cartes', 'carte'].map((view) => ({ value: view, label: said[view] })),
                        onChange: set('vue'),
                        ...newer,
                    }),
                    el(RangeControl, {
                        label: said.nombre, value: attributes.nombre, min: 1, max: 60, onChange: set('nombre'), ...newer,
                    }),
                    el(SelectControl, {
                        label: said.niveau,
                        value: String(attributes.niveau),
                        options: [2, 3, 4].map((level) => ({ value: String(level), label: 'H' + level })),
                        onChange: (level) => setAttributes({ niveau: Number(level) }),
                        ...newer,
                    })
                )
            ),
            el(
                'div',
                useBlockProps(),
                el(Disabled, null, el(wp.serverSideRender, {
                    block: 'partageons/resources',
                    attributes: attributes,
                    httpMethod: 'POST',
                }))
            )
        );
    }

    wp.blocks.registerBlockType('partageons/resources', { edit: Edit, save: () => null });
})(window.wp, window.partageonsBlock);
