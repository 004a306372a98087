<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use Symfony\Component\DependencyInjection\ParameterBag\ParameterBagInterface;
use Symfony\Component\HttpKernel\Exception\HttpException;
use YesWiki\Core\Exception\ExitException;
use YesWiki\Core\YesWikiPerformable;
use YesWiki\StandIn\Own;
use YesWiki\Wiki;

/**
 * Runs the actions and handlers of the extensions.
 *
 * Observed: `actions/NameAction.php` holds `YesWiki\<Extension>\NameAction`; names are matched without case; before it
 * run those whose file is `__NameAction.php`, after it `NameAction__.php` (or `__name.php`, `name__.php` without a
 * class, in which `$this` is the wiki and `$plugin_output_new` the output); what one throws is shown in the page.
 */
class Performer
{
    private Wiki $wiki;
    private ParameterBagInterface $params;

    public function __construct(Wiki $wiki, ParameterBagInterface $params)
    {
        $this->wiki = $wiki;
        $this->params = $params;
    }

    public function run($objectName, $objectType, array $vars = []): string
    {
        $name = strtolower((string) $objectName);
        if (!$this->wiki->CheckModuleACL($name, $objectType)) {
            return '<div class="alert alert-danger">ERROR_NO_ACCESS</div>';
        }
        $files = $this->files($name, $objectType);
        $own = Own::has($name, $objectType);
        if ($files['main'] === [] && !$own) {
            return "<div class=\"alert alert-danger\">$objectType " . htmlspecialchars($name) . ' : NOT_FOUND</div>';
        }
        $output = '';
        try {
            foreach ($files['before'] as $file) {
                $this->perform($file, $vars, $output);
            }
            if ($files['main'] !== []) {
                $this->perform($files['main'][0], $vars, $output);
            } else {
                $output .= Own::run($this->wiki, $name, $vars);
            }
            foreach ($files['after'] as $file) {
                $this->perform($file, $vars, $output);
            }
        } catch (ExitException $ended) {
            throw $ended;
        } catch (HttpException $error) {
            return '<div class="alert alert-danger">' . htmlspecialchars($error->getMessage()) . '</div>';
        } catch (\Throwable $error) {
            $said = htmlspecialchars("{$error->getMessage()} in {$error->getFile()} on line {$error->getLine()}");
            return "<div class=\"alert alert-danger\">PERFORMABLE_ERROR<br/>$said</div>";
        }
        return $output;
    }

    /** @return array{before: list<string>, main: list<string>, after: list<string>} */
    private function files(string $name, string $type): array
    {
        $found = ['before' => [], 'main' => [], 'after' => []];
        foreach ($this->wiki->extensions as $folder) {
            foreach (glob("$folder{$type}s/{*.php,page/*.php}", GLOB_BRACE) ?: [] as $file) {
                $said = strtolower(basename($file, '.php'));
                $bare = preg_replace("/^__|__$/", '', $said);
                $bare = preg_replace("/$type$/", '', $bare);
                if ($bare === $name) {
                    $when = strncmp($said, '__', 2) === 0 ? 'before' : (substr($said, -2) === '__' ? 'after' : 'main');
                    $found[$when][] = $file;
                }
            }
        }
        return $found;
    }

    /** @param array<string, mixed> $vars */
    private function perform(string $file, array &$vars, string &$output): void
    {
        $extension = explode('/', $file)[1];
        if (preg_match('/(action|handler|formatter)(__)?\.php$/i', $file) === 1) {
            require_once getcwd() . "/$file";
            $class = 'YesWiki\\' . ucfirst($extension) . '\\' . basename($file, '.php');
            $class = class_exists($class, false) ? $class : basename($file, '.php');
            $object = new $class();
            assert($object instanceof YesWikiPerformable);
            $object->setWiki($this->wiki);
            $object->setParams($this->params);
            $object->setArguments($vars);
            $object->setOutput($output);
            $object->setTwig($this->wiki->services->get(TemplateEngine::class));
            $this->wiki->parameter = &$vars;
            $output .= $object->run();
            return;
        }
        $this->wiki->parameter = &$vars;
        $output = (function (string $file, string $plugin_output_new): string {
            ob_start();
            include $file;
            return $plugin_output_new . ob_get_clean();
        })->call($this->wiki, $file, $output);
    }
}
