<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

/** Observed: `YYYY-MM-DD`, or with a time and its zone, as PHP's `c`. */
class DateField extends BazarField
{
}
