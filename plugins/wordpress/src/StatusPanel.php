<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Pairing;
use Partageons\Core\Unavailable;

if (!defined('ABSPATH')) {
    exit;
}

/** How it goes: what is shared, who came, what was told, what stands in the way. */
final class StatusPanel
{
    public static function show(): void
    {
        printf('<section class="pv-card" id="status"><h2>%s</h2>', esc_html__('How it goes', 'partageons'));
        echo '<div id="pv-status" aria-live="polite">';
        self::inside();
        echo '</div></section>';
    }

    public static function inside(): void
    {
        echo '<dl class="pv-status">';
        foreach (self::facts() as [$label, $value, $level]) {
            printf(
                '<div><dt>%s</dt><dd%s>%s</dd></div>',
                esc_html($label),
                $level === '' ? '' : ' class="pv-' . esc_attr($level) . '"',
                esc_html($value)
            );
        }
        echo '</dl>';
        printf(
            '<p class="pv-feed">%s <a href="%s" target="_blank" rel="noopener">%s</a></p>',
            esc_html__('Address of your feed:', 'partageons'),
            esc_url(add_query_arg('verb', 'Identify', Doors::address())),
            esc_html(Doors::address())
        );
        self::trial();
    }

    /** @return list<array{0: string, 1: string, 2: string}> label, sentence, level: good, bad or nothing. */
    public static function facts(): array
    {
        try {
            $totals = Parts::log()->totals();
            $count = sprintf(
                /* translators: 1: how many are shared; 2: how many are withdrawn. */
                __('%1$s shared, %2$s withdrawn since', 'partageons'),
                number_format_i18n($totals['live']),
                number_format_i18n($totals['deleted'])
            );
        } catch (Unavailable $broken) {
            return [[__('Resources', 'partageons'), __('The database did not answer.', 'partageons'), 'bad']];
        }
        return [
            [__('Resources', 'partageons'), $count, ''],
            [__('Last visit of the network', 'partageons'), self::visit(), ''],
            array_merge([__('Last announcement of a change', 'partageons')], self::ping()),
            self::reconcile(),
        ];
    }

    private static function visit(): string
    {
        $last = Visits::last();
        if ($last === null) {
            return __('nobody came yet', 'partageons');
        }
        return sprintf(
            /* translators: 1: a duration; 2: the name of a program. */
            __('%1$s ago, by %2$s', 'partageons'),
            human_time_diff($last['at']),
            $last['by'] === '' ? __('an unnamed visitor', 'partageons') : $last['by']
        );
    }

    /** @return array{0: string, 1: string} */
    private static function ping(): array
    {
        $last = Parts::pinger()->last();
        if ($last['at'] === 0) {
            $joined = Parts::pairing()->state() === Pairing::ACCEPTED;
            return [
                $joined ? __('none was needed yet', 'partageons') : __(
                    'none: this site is not in the network yet',
                    'partageons'
                ),
                '',
            ];
        }
        /* translators: %s: a duration. */
        $ago = sprintf(__('%s ago', 'partageons'), human_time_diff($last['at']));
        if ($last['said'] === '') {
            /* translators: %s: when, such as “2 minutes ago”. */
            return [sprintf(__('%s: heard', 'partageons'), $ago), 'good'];
        }
        /* translators: 1: when, such as “2 minutes ago”; 2: a sentence. */
        return [
            sprintf(__('%1$s, not heard: %2$s It is tried again by itself.', 'partageons'), $ago, $last['said']),
            'bad'
        ];
    }

    /** @return array{0: string, 1: string, 2: string} label, sentence and level, as those of `facts()`. */
    public static function reconcile(): array
    {
        return array_merge([__('Next check of everything', 'partageons')], self::next());
    }

    /** @return array{0: string, 1: string} */
    private static function next(): array
    {
        $pass = json_decode(Parts::memory()->get('reconcile'), true);
        if (is_array($pass) && ($pass['phase'] ?? '') !== '') {
            $live = Parts::log()->totals()['live'];
            $all = 0;
            foreach (Settings::read()->types as $type) {
                $all += (int) (wp_count_posts($type)->publish ?? 0);
            }
            /* translators: 1: a number; 2: a larger number. */
            return [
                sprintf(
                    __('under way: %1$s of about %2$s', 'partageons'),
                    number_format_i18n($live),
                    number_format_i18n($all)
                ),
                ''
            ];
        }
        $next = (int) wp_next_scheduled('partageons_reconcile');
        if ($next === 0) {
            return [__('not planned: deactivate the extension, then activate it again', 'partageons'), 'bad'];
        }
        if ($next < time() - 6 * HOUR_IN_SECONDS) {
            return [
                __('late: the planned tasks of this site (WP-Cron) do not run. Ask your host.', 'partageons'),
                'bad'
            ];
        }
        if ($next <= time()) {
            return [__('at the next visit of your site', 'partageons'), ''];
        }
        /* translators: %s: a duration. */
        return [sprintf(__('in %s', 'partageons'), human_time_diff($next)), ''];
    }

    private static function trial(): void
    {
        AdminActions::open('trial', 'pv-try');
        printf(
            '<button type="submit" class="button button-secondary" id="pv-try">%s</button>',
            esc_html__('Test now', 'partageons')
        );
        printf(
            ' <span class="description" id="pv-try-said" role="status">%s</span></form>',
            esc_html__(
                'Knocks at each door of your feed as the network does, and says what stands in the way.',
                'partageons'
            )
        );
        $last = Trial::last();
        if ($last === null) {
            return;
        }
        $doors = Trial::doors();
        $open = ($last['doors']['plain']['code'] ?? '') === '';
        $bridge = $last['bridge'];
        printf('<div class="pv-trial"><p class="pv-state pv-%s">%s</p><ul>', $open ? 'good' : 'bad', esc_html(
            $open ? __('The network can read your feed.', 'partageons') : __(
                'The network cannot read your feed.',
                'partageons'
            )
        ));
        foreach ($last['doors'] as $name => $found) {
            if (isset($doors[$name])) {
                // The other doors are a convenience: the network does not need them.
                $level = $found['code'] === '' ? 'good' : ($name === 'plain' ? 'bad' : 'doubt');
                self::found($level, $found['code'], $doors[$name]['name'], $found['says']);
            }
        }
        if ($bridge !== null) {
            $level = ['' => 'good', 'waiting' => 'doubt'][$bridge['code']] ?? 'bad';
            self::found($level, $bridge['code'], __('the network', 'partageons'), $bridge['says']);
        }
        /* translators: %s: a duration. */
        printf(
            '</ul><p class="description">%s</p></div>',
            esc_html(sprintf(__('Tested %s ago, from your own server.', 'partageons'), human_time_diff($last['at'])))
        );
    }

    private static function found(string $level, string $code, string $name, string $says): void
    {
        printf(
            '<li class="pv-%s" data-obstacle="%s"><strong>%s</strong> <span>%s</span></li>',
            esc_attr($level),
            esc_attr($code),
            esc_html($name),
            esc_html($says)
        );
    }
}
