<?php

declare(strict_types=1);

namespace Partageons\Core;

/** The site's database cannot be read or written: visitors of the feed are asked to come back. */
final class Unavailable extends \RuntimeException
{
}
