<?php
// Installs a plugin from its zip, as the page « Ajouter une extension » does; prints its name. `php install.php ZIP`
require __DIR__ . '/load.php';
wp_set_current_user(1);
require ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/class-wp-upgrader.php';
$skin = new Automatic_Upgrader_Skin();
$upgrader = new Plugin_Upgrader($skin);
$done = $upgrader->install($argv[1]);
if ($done !== true) {
    throw new Exception(is_wp_error($done) ? $done->get_error_message() : implode(' ', $skin->get_upgrade_messages()));
}
echo $upgrader->plugin_info();
