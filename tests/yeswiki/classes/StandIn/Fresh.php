<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

use YesWiki\Bazar\Controller\EntryController;
use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Core\Exception\ExitException;
use YesWiki\Core\Service\DbService;
use YesWiki\Wiki;

/** A new wiki for one test: a database in memory, a folder of its own that holds the extension; nobody is logged in. */
final class Fresh
{
    /**
     * The wiki, whose folder is from then on the current one, as in YesWiki.
     *
     * @param array<string, mixed> $config
     */
    public static function wiki(array $config = [], string $tag = 'PagePrincipale', string $method = 'show'): Wiki
    {
        $_GET = $_POST = $_REQUEST = $_SESSION = [];
        $_SERVER = ['REQUEST_URI' => '/', 'REMOTE_ADDR' => '127.0.0.1', 'REQUEST_METHOD' => 'GET'] + $_SERVER;
        $folder = sys_get_temp_dir() . '/wiki-' . getmypid() . '-' . bin2hex(random_bytes(6));
        foreach (['', '/cache', '/tools', '/files', '/custom'] as $name) {
            mkdir($folder . $name);
        }
        symlink(dirname(__DIR__, 4) . '/plugins/yeswiki', "$folder/tools/partageons");
        register_shutdown_function(static function () use ($folder): void {
            exec('rm -rf ' . escapeshellarg($folder));
        });
        chdir($folder);
        $wiki = new Wiki($config + ['stand_in_sqlite' => ':memory:'], $tag, $method);
        Tables::create($wiki);
        return $wiki;
    }

    /** Whoever is given is logged in from then on; nobody without a name. */
    public static function login(string $name = ''): void
    {
        $_SESSION = $name === '' ? [] : ['user' => ['name' => $name]];
    }

    /**
     * A form, of lines with less than sixteen parts if need be.
     *
     * @param list<string> $lines
     */
    public static function form(Wiki $wiki, string $id, string $label, array $lines): void
    {
        $form = ['bn_id_nature' => $id, 'bn_label_nature' => $label, 'bn_template' => implode("\n", $lines)];
        $wiki->services->get(FormManager::class)->create($form);
    }

    /**
     * An entry, as the API and importers write it; its tag.
     *
     * @param array<string, mixed> $data
     */
    public static function entry(Wiki $wiki, string $form, array $data, ?string $sourceUrl = null): string
    {
        $entries = $wiki->services->get(EntryManager::class);
        return $entries->create($form, $data + ['antispam' => 1], false, $sourceUrl)['id_fiche'];
    }

    /**
     * The same, as a person writes it in the page; its tag.
     *
     * @param array<string, mixed> $data
     */
    public static function written(Wiki $wiki, string $form, array $data): string
    {
        $_POST = $data + ['antispam' => 1];
        try {
            $wiki->services->get(EntryController::class)->create($form);
        } catch (ExitException $sent) {
            return (string) $wiki->services->get(DbService::class)
                ->loadSingle("SELECT tag FROM {$wiki->config['table_prefix']}pages ORDER BY id DESC LIMIT 1")['tag'];
        } finally {
            $_POST = [];
        }
        throw new \LogicException('No entry was made.');
    }
}
