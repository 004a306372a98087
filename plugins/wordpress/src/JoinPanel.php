<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Pairing;

if (!defined('ABSPATH')) {
    exit;
}

/** Step 3 of the settings page: to ask, what became of it, in words, and to leave. */
final class JoinPanel
{
    public static function show(): void
    {
        printf(
            '<section class="pv-card" id="join"><h2><span class="pv-step">3</span> %s</h2>',
            esc_html__('Join the network', 'partageons')
        );
        echo '<div id="pv-join" aria-live="polite">';
        self::inside();
        echo '</div></section>';
    }

    public static function inside(): void
    {
        $pairing = Parts::pairing();
        $state = $pairing->state();
        if ($state === Pairing::NONE || $state === Pairing::REFUSED || $state === Pairing::REVOKED) {
            self::state($state, $pairing->said());
            self::ask();
            return;
        }
        self::state($state, $pairing->said());
        if ($state !== Pairing::ACCEPTED) {
            self::button('look', __('Look again', 'partageons'), 'button');
        }
        printf('<details class="pv-leave"><summary>%s</summary>', esc_html__('Leave the network', 'partageons'));
        printf('<p>%s</p>', esc_html__(
            'The network is no longer told of your changes. Untick what you share, too, to close your feed.',
            'partageons'
        ));
        self::button('leave', __('Leave the network', 'partageons'), 'button button-link-delete');
        echo '</details>';
    }

    private static function state(string $state, string $said): void
    {
        $pairing = Parts::pairing();
        $host = (string) wp_parse_url($pairing->address(), PHP_URL_HOST);
        switch ($state) {
            case Pairing::ASKED:
                self::say('wait', sprintf(
                    /* translators: %s: the network's domain. */
                    __(
                        'Your request is on its way: %s reads your feed to make sure that it is you.',
                        'partageons'
                    ),
                    $host
                ));
                break;
            case Pairing::VERIFIED:
                self::say('wait', sprintf(
                    /* translators: %s: the network's domain. */
                    __(
                        '%s knows that it is you. Its team now answers: you have nothing more to do.',
                        'partageons'
                    ),
                    $host
                ));
                break;
            case Pairing::ACCEPTED:
                self::say('good', sprintf(
                    /* translators: 1: the network's domain; 2: the name of this site there. */
                    __(
                        'You are in the network of %1$s, under the name “%2$s”. Your changes reach it within seconds.',
                        'partageons'
                    ),
                    $host,
                    $pairing->source()
                ));
                $base = $pairing->address();
                $page = $base . 'sources/' . rawurlencode($pairing->source());
                printf(
                    '<p class="pv-links"><a class="button" href="%s" target="_blank" rel="noopener">%s</a>'
                        . ' <a class="button" href="%s" target="_blank" rel="noopener">%s</a></p>',
                    esc_url($base . '?source=' . rawurlencode($pairing->source())),
                    esc_html__('See my resources there', 'partageons'),
                    esc_url($page),
                    esc_html__('What the network says of my site', 'partageons')
                );
                break;
            case Pairing::REFUSED:
                self::say(
                    'bad',
                    __('The request was refused. Put right what is said here, then ask again.', 'partageons')
                );
                break;
            case Pairing::REVOKED:
                self::say(
                    'bad',
                    __(
                        'The network is no longer told of your changes: it took its key back. You may ask again.',
                        'partageons'
                    )
                );
                break;
            default:
                printf('<p>%s</p>', esc_html__(
                    'One address, one button. A person of the network says yes, and your resources appear there.',
                    'partageons'
                ));
        }
        if ($said !== '') {
            printf(
                '<p class="pv-said"><strong>%s</strong> <q lang="fr">%s</q></p>',
                esc_html__('It says:', 'partageons'),
                esc_html($said)
            );
        }
    }

    private static function ask(): void
    {
        $ready = Settings::read()->types !== [];
        AdminActions::open('join', 'pv-ask');
        printf(
            '<p><label for="pv-bridge"><strong>%s</strong></label><br>',
            esc_html__('Address of the network', 'partageons')
        );
        printf(
            '<input type="url" id="pv-bridge" name="bridge" value="%s" class="regular-text" placeholder="https://" '
                . 'required autocomplete="off" aria-describedby="pv-bridge-says"><br>',
            esc_attr(Settings::read()->bridge)
        );
        printf('<span class="description" id="pv-bridge-says">%s</span></p>', esc_html__(
            'That of its website, as its team gave it to you.',
            'partageons'
        ));
        printf(
            '<button type="submit" class="button button-primary" %s>%s</button>',
            disabled($ready, false, false),
            esc_html__('Join the network', 'partageons')
        );
        if (!$ready) {
            printf(
                ' <span class="description">%s</span>',
                esc_html__('First tick what to share, in step 1, and save.', 'partageons')
            );
        }
        echo '</form>';
    }

    private static function button(string $act, string $label, string $class): void
    {
        AdminActions::open($act, 'pv-inline');
        printf('<button type="submit" class="%s">%s</button></form>', esc_attr($class), esc_html($label));
    }

    private static function say(string $level, string $sentence): void
    {
        printf('<p class="pv-state pv-%s">%s</p>', esc_attr($level), esc_html($sentence));
    }
}
