<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Nobody answered. The message is the client's, for a log: not for a page. */
final class Unreachable extends \RuntimeException
{
}
