<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use Symfony\Component\Security\Csrf\CsrfTokenManager;
use Twig\Environment;
use Twig\Loader\FilesystemLoader;
use Twig\TwigFunction;
use YesWiki\Wiki;

/**
 * Templates in Twig, the real one.
 *
 * Observed: `@name/x.twig` is looked for in `custom/templates/name`, then in the extension; what is printed is escaped;
 * `_t` gives its text with entities decoded; `url` gives an address that is not escaped; `csrfToken` a token; the
 * configuration of the wiki is `config` in every template.
 */
class TemplateEngine
{
    private Wiki $wiki;
    private FilesystemLoader $files;
    private Environment $twig;

    public function __construct(Wiki $wiki, AssetsManager $assets, CsrfTokenManager $tokens)
    {
        $this->wiki = $wiki;
        $this->files = new FilesystemLoader('./', getcwd() ?: null);
        foreach (array_keys($wiki->extensions) as $name) {
            foreach (["custom/templates/$name/", "tools/$name/templates/"] as $folder) {
                if (is_dir($folder)) {
                    $this->files->addPath($folder, $name);
                }
            }
        }
        foreach (['core', 'templates', 'bazar'] as $name) {
            $this->files->addPath(dirname(__DIR__, 3) . '/templates', $name);
        }
        $this->twig = new Environment($this->files, ['strict_variables' => false]);
        $this->twig->addGlobal('request', ['get' => $_GET, 'post' => $_POST, 'request' => $_REQUEST]);
        $this->twig->addGlobal('config', $wiki->config);
        $this->twig->addGlobal('isInIframe', testUrlInIframe());
        $functions = [
            '_t' => static fn ($key, $params = []): string => html_entity_decode(_t($key, $params)),
            'url' => static function ($options) use ($wiki): string {
                $options += ['tag' => '', 'handler' => '', 'params' => []];
                $api = strncmp($options['tag'], 'api/', 4) === 0;
                $handler = $api ? '' : ($options['handler'] ?: testUrlInIframe());
                return $wiki->Href($handler, $options['tag'], $options['params'], false);
            },
            'format' => static fn ($text, $formatter = 'wakka') => $wiki->Format($text, $formatter),
            'include_javascript' => [$assets, 'AddJavascriptFile'],
            'include_css' => [$assets, 'AddCSSFile'],
            'csrfToken' => static fn ($id) => $tokens->getToken(is_array($id) ? $id['id'] : $id)->getValue(),
            'hasAcl' => static fn ($acl, $tag = '', $admin = true) => $wiki->CheckACL($acl, null, $admin, $tag),
            'renderAction' => static fn ($name, $params = []) => $wiki->Action($name, 0, $params),
            'urlImage' => static fn ($options) => "{$wiki->getBaseUrl()}/{$options['fileName']}",
        ];
        foreach ($functions as $name => $does) {
            $this->twig->addFunction(new TwigFunction($name, $does));
        }
    }

    public function render($templatePath, $data = [])
    {
        return $this->twig->render($templatePath, array_merge($data, ['config' => $this->wiki->config]));
    }

    public function renderInSquelette($templatePath, $data = [])
    {
        $inside = $this->render($templatePath, $data);
        return $this->wiki->Header() . "<div class=\"page\">$inside</div>" . $this->wiki->Footer();
    }

    public function hasTemplate($templatePath): bool
    {
        return $this->files->exists($templatePath);
    }
}
