<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Controller\ArgumentResolver;
use Symfony\Component\HttpKernel\Controller\ControllerResolver;
use Symfony\Component\HttpKernel\Exception\HttpException;
use Symfony\Component\Routing\Exception\MethodNotAllowedException;
use Symfony\Component\Routing\Exception\ResourceNotFoundException;
use Symfony\Component\Routing\Matcher\UrlMatcher;
use Symfony\Component\Routing\RequestContext;
use YesWiki\Core\ApiResponse;
use YesWiki\Core\Controller\AuthController;
use YesWiki\Core\Exception\ExitException;
use YesWiki\Core\Service\AclService;
use YesWiki\Core\Service\UserManager;
use YesWiki\Core\YesWikiController;
use YesWiki\Wiki;

/**
 * How a request finds what answers it.
 *
 * Observed: `?Page/handler&…`, or, in rewrite mode, `Page/handler?…`, which the server passes on as `wiki=Page/handler`.
 * Of an address that holds a second `?` what follows it is lost with the end of the route. Routes are open when their
 * `acl` holds `public`, then to whom the rest of it lets in; else to whom a key (`api_allowed_keys`, `Authorization:
 * Bearer`) logs in. Whatever was printed meanwhile is put behind the answer, or into its JSON. What throws is a 500
 * that says all of it.
 */
final class Front
{
    public static function answer(): void
    {
        include 'wakka.config.php';
        /** @var array<string, mixed> $wakkaConfig */
        ini_set('display_errors', ($wakkaConfig['debug'] ?? '') === 'yes' ? '1' : '0');
        session_name('YesWiki-main');
        session_start();
        [$tag, $method] = self::asked();
        $wiki = new Wiki($wakkaConfig, $tag, $method);
        try {
            self::run($wiki);
        } catch (ExitException $end) {
            echo $end->getMessage();
        }
    }

    /** @return array{0: string, 1: string} page, and handler or the rest of a route. */
    private static function asked(): array
    {
        $said = ltrim((string) ($_REQUEST['wiki'] ?? ''), '/');
        $tag = '[\p{L}\-_.0-9]+';
        if ($said === '') {
            $first = explode('?', explode('&', (string) preg_replace('~^/\??~', '', $_SERVER['REQUEST_URI']))[0])[0];
            $parts = explode('/', $first);
            $found = [1 => urldecode(explode('=', $parts[0])[0]), 2 => $parts[1] ?? ''];
            $known = $found[1] === '' || preg_match("#^$tag$#u", $found[1]) === 1;
            $found[2] = preg_match('#^\w*$#', $found[2]) === 1 ? $found[2] : '';
        } else {
            $known = preg_match("#^($tag)/([\w-]*)$#u", $said, $found) === 1
                || preg_match("#^($tag)()$#u", $said, $found) === 1
                || preg_match('#^(api)/([\w/ -]+)$#', $said, $found) === 1;
        }
        if (!$known) {
            exit('INCORRECT_PAGENAME');
        }
        $_GET['wiki'] = rtrim("$found[1]/$found[2]", '/');
        return [$found[1], $found[2]];
    }

    private static function run(Wiki $wiki): void
    {
        $wiki->method = $wiki->method ?: 'show';
        if ($wiki->tag === '') {
            $wiki->Redirect($wiki->Href('', $wiki->config['root_page']));
        }
        if ($wiki->tag === 'api') {
            self::route($wiki);
            return;
        }
        $wiki->page = $wiki->LoadPage($wiki->tag);
        echo $wiki->Method($wiki->method);
    }

    private static function route(Wiki $wiki): void
    {
        if ($_SERVER['REQUEST_METHOD'] === 'POST' && $_POST === []) {
            $_POST = json_decode((string) file_get_contents('php://input'), true) ?? [];
        }
        $context = new RequestContext();
        $context->fromRequest($wiki->request);
        $path = explode('&', $context->getQueryString())[0];
        $path = strpos($path, '=') === false ? $path : "$wiki->tag/$wiki->method";
        $context->setPathInfo("/$path");
        ob_start();
        try {
            $found = (new UrlMatcher($wiki->routes, $context))->match($context->getPathInfo());
            $response = self::authorized($wiki, $found) ? self::called($wiki, $found) : new Response('', 401);
        } catch (ResourceNotFoundException $error) {
            $response = new Response('', 404);
        } catch (MethodNotAllowedException $error) {
            $response = new Response('', 405);
        } catch (HttpException $error) {
            $response = new Response($error->getMessage(), $error->getStatusCode(), $error->getHeaders());
        } catch (\Throwable $error) {
            $response = new ApiResponse(['exceptionMessage' => (string) $error], 500);
        }
        $printed = (string) ob_get_clean();
        if ($printed !== '' && $response instanceof JsonResponse) {
            $response->setData(['rawOutput' => $printed] + (array) json_decode((string) $response->getContent(), true));
        } elseif ($printed !== '') {
            $response->setContent($response->getContent() . $printed);
        }
        $response->send();
    }

    /** @param array<string, mixed> $found */
    private static function authorized(Wiki $wiki, array $found): bool
    {
        $keys = (array) ($wiki->config['api_allowed_keys'] ?? []);
        $key = preg_match('/Bearer\s(\S+)/', $_SERVER['HTTP_AUTHORIZATION'] ?? '', $said) === 1 ? $said[1] : '';
        $name = $key === '' ? false : array_search($key, $keys, true);
        $user = $name === false ? null : $wiki->services->get(UserManager::class)->getOneByName($name);
        if ($user !== null) {
            $wiki->services->get(AuthController::class)->login($user);
        }
        $acl = (array) $wiki->routes->get($found['_route'])->getOption('acl');
        $others = array_diff($acl, ['public']);
        if ($others !== [] && !$wiki->services->get(AclService::class)->check(implode("\n", $others))) {
            return false;
        }
        return in_array('public', $acl, true) || $user !== null || ($keys['public'] ?? false) === true;
    }

    /** @param array<string, mixed> $found */
    private static function called(Wiki $wiki, array $found): Response
    {
        $wiki->request->attributes->add($found);
        $controller = (new ControllerResolver())->getController($wiki->request);
        assert(is_array($controller) && $controller[0] instanceof YesWikiController);
        $controller[0]->setWiki($wiki);
        return $controller(...(new ArgumentResolver())->getArguments($wiki->request, $controller));
    }
}
