<?php
/* Plugin Name: the content types of a partner, and no way out. */

// Nothing leaves the machine: outgoing requests fail at once, mails go nowhere.
add_filter('pre_http_request', function ($answer, $arguments, $url) {
    return parse_url($url, PHP_URL_HOST) === '127.0.0.1' ? $answer : new WP_Error('offline', 'tests: no network');
}, 10, 3);
add_filter('pre_wp_mail', '__return_true');

add_action('init', function () {
    register_post_type('initiative', array(
        'labels' => array('name' => 'Initiatives', 'singular_name' => 'Initiative'),
        'public' => true,
        'show_in_rest' => true,
        'rest_base' => 'initiatives',
        'has_archive' => true,
        'supports' => array('title', 'editor', 'author', 'excerpt', 'revisions', 'custom-fields'),
    ));
    register_taxonomy('thematique', 'initiative', array(
        'label' => 'Thématiques',
        'hierarchical' => true,
        'show_in_rest' => true,
        'rest_base' => 'thematiques',
    ));
    $types = array('latitude' => 'number', 'longitude' => 'number', 'commune' => 'string', 'code_insee' => 'string',
        'porteur' => 'string', 'licence' => 'string', 'courriel_referent' => 'string');
    foreach ($types as $name => $type) {
        register_post_meta('initiative', $name, array('single' => true, 'type' => $type, 'show_in_rest' => true));
    }
    // A type that the partner did not open to the REST API.
    register_post_type('guide_interne', array('label' => 'Guides internes', 'public' => true, 'show_in_rest' => false));
});
