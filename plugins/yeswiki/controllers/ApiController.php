<?php

declare(strict_types=1);

namespace YesWiki\Partageons\Controller;

use Partageons\Core\Answer;
use Partageons\Core\Visits;
use Partageons\YesWiki\Choices;
use Partageons\YesWiki\PingRoute;
use Partageons\YesWiki\SimilarRoute;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Routing\Annotation\Route;
use YesWiki\Core\YesWikiController;
use YesWiki\Partageons\Service\Parts;

/** What the extension answers under `?api/partageons/`. */
class ApiController extends YesWikiController
{
    /** A longer form is refused by the door itself. Bytes. */
    private const BODY = 65537;

    /**
     * The feed.
     *
     * @Route("/api/partageons/oai", options={"acl":{"public"}})
     */
    public function oai(): Response
    {
        $method = (string) ($_SERVER['REQUEST_METHOD'] ?? 'GET');
        $body = $method === 'POST' ? (string) file_get_contents('php://input', false, null, 0, self::BODY) : '';
        $query = (string) ($_SERVER['QUERY_STRING'] ?? '');
        return $this->said(static function (Parts $parts) use ($method, $query, $body): Answer {
            $kind = (string) ($_SERVER['CONTENT_TYPE'] ?? '');
            $answer = $parts->door()->answer($method, $query, $body, $kind);
            $agent = (string) ($_SERVER['HTTP_USER_AGENT'] ?? '');
            (new Visits($parts->memory()))->note($method === 'POST' ? $body : $query, $agent);
            return $answer;
        });
    }

    /**
     * « Existe déjà ailleurs ? »: asked by the script of a form.
     *
     * @Route("/api/partageons/similar", methods={"GET"}, options={"acl":{"public"}})
     */
    public function similar(): Response
    {
        if (session_status() === PHP_SESSION_ACTIVE && isset($_COOKIE[session_name()])) {
            session_write_close(); // whoever saves meanwhile would wait for the bridge
        }
        return $this->said(
            static fn(Parts $parts): Answer => (new SimilarRoute($parts->elsewhere(), '_t'))->answer($_GET)
        );
    }

    /**
     * Where the bridge tells that something changed.
     *
     * @Route("/api/partageons/ping", options={"acl":{"public"}})
     */
    public function ping(): Response
    {
        $body = (string) file_get_contents('php://input', false, null, 0, self::BODY);
        return $this->said(static fn(Parts $parts): Answer => PingRoute::of($parts)->answer($_SERVER, $body));
    }

    /**
     * Where the wiki asks itself to do what is due, when PHP cannot do it once an answer has left.
     *
     * @Route("/api/partageons/later", options={"acl":{"public"}})
     */
    public function later(): Response
    {
        return $this->said(static fn(Parts $parts): Answer => $parts->later()->route());
    }

    /**
     * The themes, places and kinds of the network, for the components' picker.
     *
     * @Route("/api/partageons/words", methods={"GET"}, options={"acl":{"public"}})
     */
    public function words(): Response
    {
        return $this->said(
            static fn(Parts $parts): Answer => (new Choices($parts->bridge(), $parts->kept()))->answer()
        );
    }

    /**
     * An answer of the core as the wiki sends it: nothing that others wrote before, no session, nothing kept.
     *
     * @param callable(Parts): Answer $answer
     */
    private function said(callable $answer): Response
    {
        // A notice of another extension would break the document.
        ini_set('display_errors', '0');
        try {
            $answer = $answer($this->getService(Parts::class));
        } catch (\Throwable $failure) {
            error_log('partageons: ' . $failure->getMessage());
            $headers = ['content-type' => 'text/plain; charset=utf-8', 'cache-control' => 'no-store'];
            $headers['retry-after'] = '60';
            $answer = new Answer(503, $headers, "Le wiki ne peut pas répondre en ce moment.\n");
        }
        while (ob_get_level() > 0 && ob_end_clean()) {
            continue;
        }
        ob_start(); // the wiki closes the one that it opened
        if (!headers_sent()) {
            foreach (['Set-Cookie', 'Cache-Control', 'Expires', 'Pragma'] as $name) {
                header_remove($name);
            }
        }
        if (session_status() === PHP_SESSION_ACTIVE && !isset($_COOKIE[session_name()])) {
            session_destroy(); // nobody would come back for it
        }
        $response = new Response($answer->body, $answer->status, $answer->headers);
        $response->headers->set('X-Robots-Tag', 'noindex');
        return $response;
    }
}
