<?php
// Read by SPIP before anything else: what newer versions of PHP bring, and no way out of the machine.
if (!function_exists('array_any')) {
    function array_any(array $array, callable $callback): bool {
        foreach ($array as $key => $value) {
            if ($callback($value, $key)) {
                return true;
            }
        }
        return false;
    }
}
