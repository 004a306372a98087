<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Answer;
use Partageons\Core\Unavailable;

/** Where `partageons.php` leads: a visitor of the feed, or the webmaster. */
final class Entrance
{
    /** Bytes of a form: one more than what is read. */
    private const LARGEST = 65537;
    private const USAGE = <<<'FIN'
        Emploi :
          php partageons.php check           vérifier la configuration et la base, voir trois fiches
          php partageons.php join ADRESSE    demander au pont de cette adresse à rejoindre le réseau
          php partageons.php tell            comparer avec la base et prévenir le pont (tâche planifiée)

        FIN;

    private string $folder;
    private string $version;
    private string $file;

    private function __construct(string $folder, string $version)
    {
        $this->folder = $folder;
        $this->version = $version;
        $this->file = Module::configuration($folder);
    }

    /**
     * @param list<string>|null $typed what follows the script on a command line; null on the web.
     * @return int the exit code of a command.
     */
    public static function open(string $folder, string $version, ?array $typed): int
    {
        $entrance = new self($folder, $version);
        if ($typed !== null) {
            return $entrance->command($typed);
        }
        try {
            self::send($entrance->answer());
        } catch (\Throwable $error) {
            error_log('Partageons : ' . get_class($error) . ' : ' . $error->getMessage());
            self::send(self::text(503, "Le flux ne peut pas être lu en ce moment.\n", ['retry-after' => '3600']));
        }
        return 0;
    }

    /** @param list<string> $typed */
    private function command(array $typed): int
    {
        $words = ['check' => 1, 'join' => 2, 'tell' => 1];
        if (($words[$typed[0] ?? ''] ?? 0) !== count($typed) || $typed === []) {
            fwrite(STDERR, self::USAGE);
            return 2;
        }
        if ($typed[0] === 'check') {
            $check = new Check($this->folder, $this->file, $this->version);
            echo $check->report();
            return $check->ready() ? 0 : 1;
        }
        try {
            $module = new Module(ConfigFile::read($this->file), $this->version);
            echo ($typed[0] === 'join' ? $module->join($typed[1]) : $module->tell()) . "\n";
        } catch (BadConfig $bad) {
            fwrite(STDERR, $bad->getMessage() . "\n");
            return 1;
        } catch (Unavailable $error) {
            fwrite(STDERR, 'Rien n\'a pu être lu ou écrit : ' . $error->getMessage() . "\n");
            return 1;
        }
        return 0;
    }

    private function answer(): Answer
    {
        $config = ConfigFile::read($this->file);
        $method = (string) ($_SERVER['REQUEST_METHOD'] ?? 'GET');
        $query = (string) ($_SERVER['QUERY_STRING'] ?? '');
        $module = new Module($config, $this->version);
        parse_str(substr($query, 0, 2000), $asked);
        $key = is_string($asked['check'] ?? null) ? $asked['check'] : '';
        if ($method === 'GET' && $config->check !== '' && hash_equals($config->check, $key)) {
            $bridge = is_string($asked['join'] ?? null) ? $module->join($asked['join']) . "\n\n" : '';
            $report = (new Check($this->folder, $this->file, $this->version))->report();
            return self::text(200, $bridge . $report, ['x-robots-tag' => 'noindex']);
        }
        return $module->answer(
            $method,
            $query,
            (string) file_get_contents('php://input', false, null, 0, self::LARGEST),
            (string) ($_SERVER['CONTENT_TYPE'] ?? ''),
            (string) ($_SERVER['REMOTE_ADDR'] ?? '')
        );
    }

    /** @param array<string, string> $headers */
    private static function text(int $status, string $text, array $headers): Answer
    {
        $headers += ['content-type' => 'text/plain; charset=utf-8', 'cache-control' => 'no-store'];
        return new Answer($status, $headers, $text);
    }

    private static function send(Answer $answer): void
    {
        header_remove('X-Powered-By');
        http_response_code($answer->status);
        foreach ($answer->headers + ['x-content-type-options' => 'nosniff'] as $name => $value) {
            header("$name: $value");
        }
        if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'HEAD') {
            echo $answer->body;
        }
    }
}
