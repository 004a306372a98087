<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

use Doctrine\Common\Annotations\AnnotationReader;
use Symfony\Component\Config\FileLocator;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Loader\YamlFileLoader;
use Symfony\Component\DependencyInjection\ParameterBag\ParameterBagInterface;
use Symfony\Component\Routing\Loader\AnnotationDirectoryLoader;
use Symfony\Component\Routing\RouteCollection;
use Symfony\Component\Security\Csrf\CsrfTokenManager;
use YesWiki\Core\Service\DbService;
use YesWiki\Wiki;

/**
 * How a YesWiki takes its extensions in, at every request.
 *
 * Observed: each folder of `tools/` whose `desc.xml` says `active` is one, in the order of the names; its `wiki.php` is
 * included in a method of the wiki, so that it sees `$wiki` and `$this`; then its `config.yaml` is loaded: its
 * parameters come under those of `wakka.config.php`, its services are made when they are first asked for, those tagged
 * `yeswiki.event_subscriber` are told of what happens. Routes come from `@Route` in `controllers/`, texts from
 * `lang/<name>_fr.inc.php`, then from those of the language of the page. Nothing is kept between two requests.
 */
final class Kernel
{
    public static function load(Wiki $wiki): void
    {
        $GLOBALS['css'] = $GLOBALS['js'] = '';
        $services = new ContainerBuilder();
        $services->addCompilerPass(new SubscribersPass());
        $services->set(Wiki::class, $wiki);
        $services->set(ParameterBagInterface::class, $services->getParameterBag());
        $services->set(CsrfTokenManager::class, new CsrfTokenManager());
        $wiki->services = $services;
        $wiki->extensions = self::extensions();
        (new YamlFileLoader($services, new FileLocator(dirname(__DIR__, 2))))->load('services.yaml');
        foreach ($wiki->extensions as $folder) {
            if (is_file("{$folder}wiki.php")) {
                (function (string $file): void {
                    $wiki = $this;
                    include $file;
                })->call($wiki, "{$folder}wiki.php");
            }
            if (is_file("{$folder}config.yaml")) {
                (new YamlFileLoader($services, new FileLocator($folder)))->load('config.yaml');
            }
        }
        foreach (array_replace_recursive($services->getParameterBag()->all(), $wiki->config) as $name => $value) {
            $services->setParameter($name, is_string($value) ? str_replace('%', '%%', $value) : $value);
        }
        $services->compile();
        $wiki->config = $services->getParameterBag()->all();
        $wiki->dblink = $services->get(DbService::class)->getLink();
        self::translate($wiki);
        $wiki->routes = self::routes($wiki);
    }

    /** @return array<string, string> name => folder, with a slash after it. */
    private static function extensions(): array
    {
        $found = [];
        foreach (glob('tools/*/desc.xml') ?: [] as $file) {
            $said = simplexml_load_file($file);
            if ($said !== false && $said->getName() === 'plugin' && (string) $said['name'] !== '' && (bool) (string) $said['active']) {
                $found[basename(dirname($file))] = dirname($file) . '/';
            }
        }
        ksort($found);
        return $found;
    }

    private static function translate(Wiki $wiki): void
    {
        $GLOBALS['translations'] = $GLOBALS['translations_js'] = [];
        $language = $_GET['lang'] ?? $wiki->config['lang'] ?? 'fr';
        $GLOBALS['prefered_language'] = preg_match('/\A[a-z]{2}\z/', (string) $language) ? $language : 'fr';
        foreach ($wiki->extensions as $name => $folder) {
            foreach (array_unique(['fr', $GLOBALS['prefered_language']]) as $language) {
                foreach (["{$name}_$language" => false, "{$name}js_$language" => true] as $file => $javascript) {
                    if (is_file("{$folder}lang/$file.inc.php")) {
                        load_translations(include "{$folder}lang/$file.inc.php", $javascript);
                    }
                }
            }
        }
    }

    private static function routes(Wiki $wiki): RouteCollection
    {
        $loader = new AnnotationDirectoryLoader(new FileLocator(), new Routes(new AnnotationReader()));
        $routes = new RouteCollection();
        $folders = [dirname(__DIR__) . '/Core/Controller', dirname(__DIR__) . '/Bazar/Controller'];
        foreach ($wiki->extensions as $folder) {
            $folders[] = getcwd() . "/{$folder}controllers";
        }
        foreach (array_filter($folders, 'is_dir') as $folder) {
            $routes->addCollection($loader->load($folder));
        }
        return $routes;
    }
}
