<?php
/**
 * Takes away all that the plugin kept: table, options, transients, marks on posts and users, cron events.
 *
 * @package Partageons
 */

declare(strict_types=1);

if (!defined('WP_UNINSTALL_PLUGIN')) {
    exit;
}

/** On one site. */
function partageons_uninstall_site(): void
{
    global $wpdb;
    foreach (['partageons_send', 'partageons_reconcile', 'partageons_look', 'partageons_refresh'] as $event) {
        wp_unschedule_hook($event);
    }
    $table = $wpdb->prefix . 'partageons_log';
    $wpdb->query("DROP TABLE IF EXISTS `$table`"); // phpcs:ignore WordPress.DB -- its name is WordPress's and ours.
    $transients = ['_transient_', '_transient_timeout_', '_site_transient_', '_site_transient_timeout_'];
    $patterns = array_map(static fn(string $start): string => "{$start}partageons_", $transients);
    foreach (array_merge(['partageons_'], $patterns) as $start) {
        $like = $wpdb->esc_like($start) . '%';
        $names = $wpdb->get_col(
            $wpdb->prepare("SELECT option_name FROM $wpdb->options WHERE option_name LIKE %s", $like)
        );
        array_map('delete_option', $names);
    }
    delete_option('partageons');
    // « partageons_origine » stays: without it the articles of others would pass for the site's own one day.
    array_map('delete_post_meta_by_key', ['_partageons_private', '_partageons_delivered', '_partageons_withdrawn']);
}

if (is_multisite()) {
    foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $partageons_site) {
        switch_to_blog((int) $partageons_site);
        partageons_uninstall_site();
        restore_current_blog();
    }
} else {
    partageons_uninstall_site();
}

foreach ($GLOBALS['wpdb']->get_col($GLOBALS['wpdb']->prepare(
    "SELECT DISTINCT meta_key FROM {$GLOBALS['wpdb']->usermeta} WHERE meta_key LIKE %s",
    $GLOBALS['wpdb']->esc_like('partageons_') . '%'
)) as $partageons_key) {
    delete_metadata('user', 0, $partageons_key, '', true);
}
