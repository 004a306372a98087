<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

use Symfony\Component\DependencyInjection\Compiler\CompilerPassInterface;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\DependencyInjection\Reference;
use YesWiki\Core\Service\EventDispatcher;

/** Those who want to know what happens: the services tagged `yeswiki.event_subscriber`. */
final class SubscribersPass implements CompilerPassInterface
{
    public function process(ContainerBuilder $container): void
    {
        $dispatcher = $container->findDefinition(EventDispatcher::class);
        foreach (array_keys($container->findTaggedServiceIds('yeswiki.event_subscriber')) as $id) {
            $dispatcher->addMethodCall('addSubscriber', [new Reference($id)]);
        }
    }
}
