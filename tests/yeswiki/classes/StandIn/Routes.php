<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

use Symfony\Component\Routing\Loader\AnnotationClassLoader;
use Symfony\Component\Routing\Route;

/** Routes that `@Route` in a docblock declares: each leads to the method that it is written above. */
final class Routes extends AnnotationClassLoader
{
    protected function configureRoute(Route $route, \ReflectionClass $class, \ReflectionMethod $method, $annot)
    {
        $route->setDefault('_controller', $class->getName() . '::' . $method->getName());
    }
}
