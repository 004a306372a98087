<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use YesWiki\Wiki;

/** Scripts and styles of a page. Observed: a file that is not there is left out, without a word; each is put once. */
class AssetsManager
{
    private Wiki $wiki;

    public function __construct(Wiki $wiki)
    {
        $this->wiki = $wiki;
    }

    public function AddCSS($style)
    {
        $this->once('css', "<style>\n$style</style>\n");
    }

    public function AddCSSFile($file)
    {
        $this->once('css', $this->LinkCSSFile($file));
    }

    public function LinkCSSFile($file)
    {
        $there = is_file($file);
        return $there ? "<link rel=\"stylesheet\" href=\"{$this->wiki->getBaseUrl()}/$file?v=\">\n" : '';
    }

    public function AddJavascript($script)
    {
        $this->once('js', "<script>\n$script</script>\n");
    }

    public function AddJavascriptFile($file, $first = false, $module = false)
    {
        if (is_file($file)) {
            $kind = ($first ? '' : ' defer') . ($module ? " type='module'" : '');
            $this->once('js', "<script src='{$this->wiki->getBaseUrl()}/$file'$kind></script>\n");
        }
    }

    private function once(string $name, string $html): void
    {
        if ($html !== '' && strpos($GLOBALS[$name], $html) === false) {
            $GLOBALS[$name] .= $html;
        }
    }
}
