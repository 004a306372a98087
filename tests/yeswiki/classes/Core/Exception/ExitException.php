<?php

declare(strict_types=1);

namespace YesWiki\Core\Exception;

/** A page that ends before its end: what `exit` does where a process serves one request. */
class ExitException extends \Exception
{
}
