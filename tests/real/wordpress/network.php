<?php
// Makes the site the first of a network of sites in folders.
require __DIR__ . '/load.php';
foreach ($wpdb->tables('ms_global') as $name => $table) {
    $wpdb->$name = $table;
}
require ABSPATH . 'wp-admin/includes/upgrade.php';
require ABSPATH . 'wp-admin/includes/network.php';
install_network();
$host = parse_url(getenv('SITE_URL'));
$done = populate_network(1, $host['host'] . ':' . $host['port'], 'reseau@exemple.org', 'Réseau', '/', false);
if (is_wp_error($done)) {
    throw new Exception($done->get_error_message());
}
