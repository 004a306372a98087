<?php

declare(strict_types=1);

namespace YesWiki\Core\Entity;

use YesWiki\Core\Service\ConfigurationService;

/** The parameters of a wiki as an array or as properties; nothing is read before `load`, nor kept before `write`. */
class ConfigurationFile implements \ArrayAccess
{
    public string $_file;
    /** @var array<string, mixed> */
    public array $_parameters = [];
    private ConfigurationService $service;

    public function __construct(string $file, ConfigurationService $service)
    {
        $this->_file = $file;
        $this->service = $service;
    }

    public function load($arrayName = 'wakkaConfig')
    {
        $read = static function (string $file) use ($arrayName): array {
            if (is_file($file)) {
                if (function_exists('opcache_invalidate')) {
                    opcache_invalidate($file, true);
                }
                include $file;
            }
            return $$arrayName ?? [];
        };
        $this->_parameters = $read($this->_file);
    }

    public function write($file = null, $arrayName = 'wakkaConfig')
    {
        return $this->service->write($this, $file, $arrayName);
    }

    public function __get($name)
    {
        return $this->_parameters[$name];
    }

    public function __isset($name)
    {
        return isset($this->_parameters[$name]);
    }

    public function __set($name, $value)
    {
        $this->_parameters[$name] = $value;
    }

    public function __unset($name)
    {
        unset($this->_parameters[$name]);
    }

    public function offsetExists($offset): bool
    {
        return isset($this->_parameters[$offset]);
    }

    #[\ReturnTypeWillChange]
    public function offsetGet($offset)
    {
        return $this->_parameters[$offset] ?? null;
    }

    public function offsetSet($offset, $value): void
    {
        $this->_parameters[$offset] = $value;
    }

    public function offsetUnset($offset): void
    {
        unset($this->_parameters[$offset]);
    }
}
