<?php

declare(strict_types=1);

namespace YesWiki\Core;

use Symfony\Component\DependencyInjection\ParameterBag\ParameterBagInterface;
use Symfony\Component\HttpFoundation\Request;
use YesWiki\Core\Service\TemplateEngine;
use YesWiki\Security\Controller\SecurityController;
use YesWiki\Wiki;

/**
 * What actions, handlers and formatters are.
 *
 * Observed: its arguments are those of the page, over which what `formatArguments` gives is laid; what runs before or
 * after another sees and changes its output through `output`; templates get the arguments as `arguments`.
 */
abstract class YesWikiPerformable
{
    protected $wiki;
    protected $params;
    protected $twig;
    protected $arguments = [];
    protected $output;

    abstract public function run();

    public function setWiki(Wiki $wiki): void
    {
        $this->wiki = $wiki;
    }

    public function setParams(ParameterBagInterface $params): void
    {
        $this->params = $params;
    }

    public function setTwig(TemplateEngine $twig): void
    {
        $this->twig = $twig;
    }

    public function setArguments(array &$arguments): void
    {
        $this->arguments = &$arguments;
        $this->arguments = array_merge($arguments, $this->formatArguments($arguments));
    }

    public function setOutput(string &$output): void
    {
        $this->output = &$output;
    }

    public function render($templatePath, $data = [], $method = 'render')
    {
        return $this->twig->$method($templatePath, array_merge($data, ['arguments' => $this->arguments]));
    }

    public function renderInSquelette($templatePath, $data = [])
    {
        return $this->render($templatePath, $data, 'renderInSquelette');
    }

    protected function getService($className)
    {
        return $this->wiki->services->get($className);
    }

    protected function callAction(string $action, $arguments = []): string
    {
        return $this->wiki->Action($action, 0, ['calledBy' => get_class($this)] + $arguments);
    }

    protected function getRequest(): Request
    {
        return $this->wiki->request;
    }

    protected function formatArguments($arguments)
    {
        return $arguments;
    }

    /** Observed: what is empty is the default, and only 0, « no », « non » and « false » are no. */
    protected function formatBoolean($param, $default = true, string $index = '')
    {
        if (is_array($param)) {
            if ($index === '' || !isset($param[$index])) {
                return $default;
            }
            $param = $param[$index];
        }
        if (is_bool($param)) {
            return $param;
        }
        if (in_array($param, [0, '0', 'no', 'non', 'false'], true)) {
            return false;
        }
        return empty($param) ? $default : true;
    }

    protected function formatArray($param)
    {
        return is_array($param) ? $param : (empty($param) ? [] : array_map('trim', explode(',', $param)));
    }

    protected function isWikiHibernated(): bool
    {
        return $this->getService(SecurityController::class)->isWikiHibernated();
    }

    protected function getMessageWhenHibernated(): string
    {
        return '<div class="alert alert-danger">WIKI_IN_HIBERNATION</div>';
    }
}
