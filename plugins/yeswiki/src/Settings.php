<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Bridge;

/** What the administrators chose: parameters of `wakka.config.php`, edited by `{{partageonsadmin}}` or `{{editconfig}}`. */
final class Settings
{
    /** @var list<string> numbers of the forms that are shared */
    public array $forms;
    /** What the wiki's contents may be used for, in words or as an identifier. */
    public string $licence;
    /** A functional address for those who harvest; public. */
    public string $email;
    /** Address of the bridge, with a slash after it; empty when there is none. */
    public string $bridge;

    /** @param array<string, mixed> $config of the wiki. */
    public static function of(array $config): self
    {
        $text = static fn(string $name): string => is_scalar($config["partageons_$name"] ?? null)
            ? trim((string) $config["partageons_$name"]) : '';
        $settings = new self();
        preg_match_all('/(?<![^\s,;])[0-9]{1,9}(?![^\s,;])/', $text('forms'), $forms);
        $settings->forms = array_values(array_unique(array_slice($forms[0], 0, 200)));
        $settings->licence = mb_substr($text('licence'), 0, 200);
        $settings->email = (string) filter_var($text('email'), FILTER_VALIDATE_EMAIL);
        $settings->bridge = Bridge::home($text('bridge'));
        return $settings;
    }
}
