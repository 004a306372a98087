<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use YesWiki\Core\Entity\ConfigurationFile;

/** Observed: `wakka.config.php` is read and written whole; what it held in comments is lost. */
class ConfigurationService
{
    public function getConfiguration(string $filePath): ConfigurationFile
    {
        return new ConfigurationFile($filePath, $this);
    }

    /** Whether it could be written. */
    public function write(ConfigurationFile $config, ?string $file = null, string $arrayName = 'wakkaConfig')
    {
        $content = "<?php\n\n\$$arrayName = " . var_export($config->_parameters, true) . ";\n";
        return @file_put_contents($file ?? $config->_file, $content) !== false;
    }
}
