<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Field;
use Partageons\Core\PersonalData;
use Partageons\Core\Value;
use Partageons\Core\Xml;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * Metas as fields of the site, under its own names and labels.
 *
 * A value that is an e-mail address or a telephone number never leaves, whoever ticked its field; nor do objects,
 * serialized text and what page builders write.
 */
final class Fields
{
    private const VALUES = 200;
    private const BYTES = 100000;
    private const DEPTH = 3;

    private Acf $acf;

    public function __construct()
    {
        $this->acf = new Acf();
    }

    /** None where the post has nothing to say there. */
    public function of(\WP_Post $post, string $key): ?Field
    {
        $stored = self::stored($post, $key);
        $definition = $stored === [] ? null : $this->acf->definition($post, $key);
        if ($definition !== null) {
            [$type, $values] = $this->acf->values($definition, $stored);
            $label = Records::plain((string) ($definition['label'] ?? ''));
        } else {
            $values = array_map(static fn(string $text): Value => new Value($text), self::texts($stored));
            [$type, $label] = ['', ''];
        }
        $values = array_slice(array_values(array_filter($values, [self::class, 'leaves'])), 0, self::VALUES);
        if ($values === []) {
            return null;
        }
        return new Field(
            $key,
            $label !== '' ? $label : self::label($key, $post->post_type),
            $type !== '' ? $type : self::guessed($values, self::declared($key, $post->post_type)),
            $values
        );
    }

    /**
     * Posts and images that these fields speak of: read together, they cost one query.
     *
     * @param list<string> $keys
     * @return list<int>
     */
    public function related(\WP_Post $post, array $keys): array
    {
        $related = [];
        foreach ($keys as $key) {
            $stored = self::stored($post, $key);
            $definition = $stored === [] ? null : $this->acf->definition($post, $key);
            if ($definition !== null && $this->acf->isRelation($definition)) {
                array_push($related, ...array_map('intval', array_filter(self::texts($stored), 'is_numeric')));
            }
        }
        return $related;
    }

    /** What people read for a meta that no plugin gave a label to: its declared label, else its key in words. */
    public static function label(string $key, string $type): string
    {
        $label = self::declared($key, $type)['label'] ?? '';
        if (is_string($label) && $label !== '') {
            return Records::plain($label);
        }
        $words = trim((string) preg_replace('/[\s_-]+/', ' ', $key));
        return $words === '' ? $key : ucfirst($words);
    }

    /**
     * The texts of values of any shape.
     *
     * @param mixed $value
     * @return list<string>
     */
    public static function texts($value, int $depth = 0): array
    {
        if (is_array($value)) {
            $texts = [];
            foreach ($depth <= self::DEPTH ? array_slice($value, 0, self::VALUES) : [] as $one) {
                array_push($texts, ...self::texts($one, $depth + 1));
            }
            return $texts;
        }
        if (is_bool($value)) {
            return [$value ? '1' : '0'];
        }
        $text = is_scalar($value) ? trim(Xml::clean((string) $value)) : '';
        $machine = $text === '' || strlen($text) > self::BYTES || is_serialized($text)
            || (strpbrk($text[0], '{[') !== false && is_array(json_decode($text, true)));
        return $machine ? [] : [$text];
    }

    /** Whether a value may leave the site. */
    private static function leaves(Value $value): bool
    {
        foreach ([$value->text, $value->label, $value->key] as $text) {
            if (PersonalData::never($text)) {
                return false;
            }
        }
        return $value->text !== '' || $value->label !== '' || $value->key !== '';
    }

    /** @return list<mixed> only what is stored: a declared default is not what someone wrote */
    private static function stored(\WP_Post $post, string $key): array
    {
        $values = metadata_exists('post', $post->ID, $key) ? get_post_meta($post->ID, $key, false) : [];
        return is_array($values) ? array_values($values) : [];
    }

    /** @return array<string, mixed> what the site's code says of a meta */
    private static function declared(string $key, string $type): array
    {
        return get_registered_meta_keys('post', $type)[$key] ?? get_registered_meta_keys('post')[$key] ?? [];
    }

    /**
     * @param non-empty-list<Value> $values
     * @param array<string, mixed> $declared
     */
    private static function guessed(array $values, array $declared): string
    {
        $words = ($declared['type'] ?? '') === 'string';
        $types = [];
        foreach ($values as $value) {
            $text = $value->text;
            // A postcode is no number, nor what the site calls a text.
            if (!$words && preg_match('/\A-?(?:0|[1-9]\d*)(?:[.,]\d+)?\z/', $text) === 1) {
                $types['number'] = true;
            } elseif (preg_match('/\A\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?\z/', $text) === 1) {
                $types['date'] = true;
            } elseif (preg_match('#\Ahttps?://\S+\z#i', $text) === 1) {
                $types[preg_match('/\.(?:jpe?g|png|gif|webp|avif)\z/i', $text) === 1 ? 'image' : 'url'] = true;
            } else {
                $types[$text !== wp_strip_all_tags($text) && strpos($text, '</') !== false ? 'html' : 'text'] = true;
            }
        }
        return count($types) === 1 ? (string) key($types) : 'text';
    }
}
