<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\PersonalData;

if (!defined('ABSPATH')) {
    exit;
}

/** Steps 1 and 2 of the settings page: what is shared, and under which terms. */
final class SharingForm
{
    private const SHOWN = 60;

    private Settings $settings;

    public function __construct(Settings $settings)
    {
        $this->settings = $settings;
    }

    public function show(): void
    {
        printf('<form method="post" action="%s" id="pv-sharing">', esc_url(admin_url('options.php')));
        settings_fields('partageons');
        printf(
            '<input type="hidden" name="partageons[types][]" value=""><section class="pv-card" id="share"><h2>'
                . '<span class="pv-step">1</span> %s</h2>',
            esc_html__('What to share', 'partageons')
        );
        printf('<p>%s</p>', esc_html__(
            'Only what everyone may read is ever shared: no drafts, nothing private. Tick what you want to share.',
            'partageons'
        ));
        foreach (Sharing::types() as $type) {
            $this->type($type);
        }
        echo '</section>';
        $this->terms();
        echo '<p class="pv-save">';
        printf(
            '<button type="submit" class="button button-primary button-hero">%s</button>',
            esc_html__('Save', 'partageons')
        );
        echo ' <span class="pv-unsaved" id="pv-unsaved" role="status"></span></p></form>';
    }

    private function type(\WP_Post_Type $type): void
    {
        $ticked = in_array($type->name, $this->settings->types, true);
        $count = (int) (wp_count_posts($type->name)->publish ?? 0);
        $id = 'pv-type-' . $type->name;
        printf(
            '<fieldset class="pv-type" data-type="%s"><legend class="screen-reader-text">%s</legend>',
            esc_attr($type->name),
            esc_html($type->label)
        );
        printf(
            '<label class="pv-type-name" for="%1$s"><input type="checkbox" id="%1$s" name="partageons[types][]" '
                . 'value="%2$s" %3$s> <strong>%4$s</strong> <span class="pv-count">%5$s</span></label>',
            esc_attr($id),
            esc_attr($type->name),
            checked($ticked, true, false),
            esc_html($type->label),
            esc_html(sprintf(
                /* translators: %s: a number of contents. */
                _n('%s published', '%s published', $count, 'partageons'),
                number_format_i18n($count)
            ))
        );
        printf('<details class="pv-more"%s>', $ticked ? ' open' : '');
        printf('<summary>%s</summary>', esc_html__('What goes with each of them', 'partageons'));
        printf('<p class="pv-always">%s</p>', esc_html__(
            'Always: the title, the link, the excerpt, the text, the picture, the dates.',
            'partageons'
        ));
        $this->categories($type);
        $this->taxonomies($type);
        $this->fields($type);
        echo '</details></fieldset>';
    }

    private function categories(\WP_Post_Type $type): void
    {
        if (!is_object_in_taxonomy($type->name, 'category')) {
            return;
        }
        $terms = get_terms(['taxonomy' => 'category', 'hide_empty' => false, 'number' => 200, 'orderby' => 'name']);
        if (!is_array($terms) || count($terms) < 2) {
            return;
        }
        printf('<fieldset class="pv-group"><legend>%s</legend>', esc_html__('Only these categories', 'partageons'));
        printf('<p class="description">%s</p><div class="pv-choices">', esc_html__(
            'Tick none to share all of them. The categories below a ticked one come with it.',
            'partageons'
        ));
        foreach ($terms as $term) {
            printf(
                '<label><input type="checkbox" name="partageons[categories][]" value="%d" %s>'
                    . ' %s <span class="pv-count">%s</span></label>',
                (int) $term->term_id,
                checked(in_array((int) $term->term_id, $this->settings->categories, true), true, false),
                esc_html(html_entity_decode($term->name, ENT_QUOTES | ENT_HTML5, 'UTF-8')),
                esc_html(number_format_i18n((int) $term->count))
            );
        }
        echo '</div></fieldset>';
    }

    private function taxonomies(\WP_Post_Type $type): void
    {
        $taxonomies = Sharing::taxonomies($type->name);
        if ($taxonomies === []) {
            return;
        }
        $ticked = $this->settings->taxonomies[$type->name] ?? [];
        printf('<fieldset class="pv-group"><legend>%s</legend>', esc_html__('Classifications', 'partageons'));
        foreach ($taxonomies as $taxonomy) {
            $terms = get_terms(
                ['taxonomy' => $taxonomy->name, 'hide_empty' => true, 'number' => 3, 'fields' => 'names']
            );
            $this->row(
                "partageons[taxonomies][{$type->name}][]",
                $taxonomy->name,
                (string) $taxonomy->label,
                is_array($terms) ? implode(', ', $terms) : '',
                in_array($taxonomy->name, $ticked, true),
                ''
            );
        }
        echo '</fieldset>';
    }

    private function fields(\WP_Post_Type $type): void
    {
        $ticked = $this->settings->fields[$type->name] ?? [];
        $fields = CustomFields::of($type->name, $ticked);
        $hidden = CustomFields::hidden($type->name);
        if ($fields === [] && $hidden === []) {
            return;
        }
        printf('<fieldset class="pv-group pv-fields"><legend>%s</legend>', esc_html__('Custom fields', 'partageons'));
        if ($fields !== []) {
            printf('<p class="description">%s</p>', esc_html__(
                'Tick those that everyone may read: place, dates, budget… The examples are yours.',
                'partageons'
            ));
        }
        foreach (array_slice($fields, 0, self::SHOWN) as $field) {
            $this->row(
                "partageons[fields][{$type->name}][]",
                $field['key'],
                $field['label'],
                $field['sample'],
                in_array($field['key'], $ticked, true),
                $field['kind']
            );
        }
        if ($hidden !== []) {
            printf(
                '<p class="description pv-hidden-fields"><span class="dashicons dashicons-lock" aria-hidden="true">'
                    . '</span> %s <code>%s</code></p>',
                esc_html__(
                    'Never shared, because WordPress and its extensions keep them for themselves:',
                    'partageons'
                ),
                esc_html(implode(', ', $hidden))
            );
        }
        echo '</fieldset>';
    }

    /** A box to tick, what it is called, an example of its value, and why not to tick it. */
    private function row(string $name, string $value, string $label, string $sample, bool $ticked, string $kind): void
    {
        $never = in_array($kind, PersonalData::NEVER, true);
        $id = 'pv-' . substr(md5($name . $value), 0, 12);
        printf('<div class="pv-row%s">', $kind === '' ? '' : ' pv-row-personal');
        printf(
            '<label for="%1$s"><input type="checkbox" id="%1$s" name="%2$s" value="%3$s" %4$s '
                . 'aria-describedby="%1$s-more"> <span class="pv-label">%5$s</span></label>',
            esc_attr($id),
            esc_attr($name),
            esc_attr($value),
            $never ? 'disabled' : checked($ticked, true, false),
            esc_html($label)
        );
        printf('<span class="pv-more-said" id="%s-more">', esc_attr($id));
        if ($sample !== '') {
            printf(
                '<span class="pv-sample"><span class="screen-reader-text">%s</span> %s</span>',
                esc_html__('For example:', 'partageons'),
                esc_html($sample)
            );
        }
        if ($label !== $value) {
            printf(' <code>%s</code>', esc_html($value));
        }
        if ($kind !== '') {
            printf('<span class="pv-why">%s</span>', esc_html(self::why($kind)));
        }
        echo '</span></div>';
    }

    private static function why(string $kind): string
    {
        switch ($kind) {
            case 'mail':
                return __(
                    'Looks like e-mail addresses: never shared. Give one address for the public in step 2.',
                    'partageons'
                );
            case 'phone':
                return __('Looks like telephone numbers: never shared.', 'partageons');
            case 'secret':
                return __('Looks like a password or a key: never shared.', 'partageons');
            case 'account':
                return __('Names accounts of your site: never shared.', 'partageons');
            default:
                return __('May name a person: tick it only if it names an organisation.', 'partageons');
        }
    }

    private function terms(): void
    {
        printf(
            '<section class="pv-card" id="terms"><h2><span class="pv-step">2</span> %s</h2>',
            esc_html__('Your licence and your address', 'partageons')
        );
        printf(
            '<fieldset class="pv-licences"><legend>%s</legend>',
            esc_html__('What may others do with your texts?', 'partageons')
        );
        $choices = Licences::choices();
        if (!isset($choices[$this->settings->licence])) {
            $own = [
                'name' => $this->settings->licence,
                'says' => __('The one chosen before.', 'partageons'),
                'url' => ''
            ];
            $choices = [$this->settings->licence => $own] + $choices;
        }
        foreach ($choices as $value => $choice) {
            $id = 'pv-licence-' . substr(md5((string) $value), 0, 8);
            printf(
                '<div class="pv-licence"><label for="%1$s">'
                    . '<input type="radio" id="%1$s" name="partageons[licence]" value="%2$s" %3$s '
                    . 'aria-describedby="%1$s-says"> <strong>%4$s</strong></label>',
                esc_attr($id),
                esc_attr((string) $value),
                checked((string) $value, $this->settings->licence, false),
                esc_html($choice['name'])
            );
            printf('<span class="description" id="%s-says">%s', esc_attr($id), esc_html($choice['says']));
            if ($choice['url'] !== '') {
                printf(
                    ' <a href="%s" target="_blank" rel="noopener">%s<span class="screen-reader-text"> %s</span></a>',
                    esc_url($choice['url']),
                    esc_html__('Read it', 'partageons'),
                    esc_html(sprintf(
                        /* translators: %s: the name of a licence. */
                        __('(%s, new window)', 'partageons'),
                        $choice['name']
                    ))
                );
            }
            echo '</span></div>';
        }
        printf(
            '</fieldset><p class="pv-email"><label for="pv-email"><strong>%s</strong></label><br>',
            esc_html__('E-mail address for the network', 'partageons')
        );
        printf(
            '<input type="email" id="pv-email" name="partageons[email]" value="%s" class="regular-text" '
                . 'placeholder="contact@…" autocomplete="off" aria-describedby="pv-email-says"><br>',
            esc_attr($this->settings->email)
        );
        printf('<span class="description" id="pv-email-says">%s</span></p></section>', esc_html__(
            'It is public: give that of a service (contact@…), never somebody’s own.',
            'partageons'
        ));
    }
}
