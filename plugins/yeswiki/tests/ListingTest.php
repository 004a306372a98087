<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Home;
use Partageons\Core\Selection;
use Partageons\Core\Shown;
use Partageons\YesWiki\Listing;
use PHPUnit\Framework\TestCase;
use Twig\Environment;
use Twig\Loader\FilesystemLoader;
use Twig\TwigFunction;

/** What the action shows, as the template writes it. */
final class ListingTest extends TestCase
{
    private const HOSTILE = '"><script>window.hacked = 1</script><img src=x onerror="x">\' {{7*7}} &amp;';

    public function testSourceAndLicenceAreAlwaysThere(): void
    {
        foreach (['liste', 'cartes', 'carte'] as $view) {
            $page = $this->page(['vue' => $view, 'niveau' => 2], [$this->item(1), $this->item(2, ['licence' => ''])]);
            self::assertSame(['Mare 1', 'Mare 2'], $this->texts($page, '//h2/a'));
            self::assertSame(['CPIE du Val', 'CPIE du Val'], $this->texts($page, '//cite'));
            self::assertSame(['CC BY 4.0'], $this->texts($page, '//a[@rel="license"]'));
            self::assertStringContainsString('NO_LICENCE', $page->saveHTML());
            self::assertCount($view === 'carte' ? 1 : 0, $this->texts($page, '//svg'));
            self::assertStringStartsWith('SHOW_LABEL', $this->texts($page, '//*[@role="region"]/@aria-label')[0]);
        }
    }

    public function testEveryTextIsEscaped(): void
    {
        $item = $this->item(1);
        foreach (['title', 'excerpt', 'source', 'licence', 'attribution', 'type', 'place', 'period'] as $name) {
            $item[$name] = self::HOSTILE;
        }
        $item['language'] = '"><b>';
        $item['image'] = ['url' => 'https://a.fr/i.png', 'credit' => self::HOSTILE];
        $item['url'] = 'https://a.fr/?x=%22&y=1';
        foreach (['liste', 'cartes', 'carte'] as $view) {
            $page = $this->page(['vue' => $view], [$item], self::HOSTILE);
            self::assertSame([], $this->texts($page, '//script | //img[@onerror] | //b'));
            self::assertSame([self::HOSTILE], $this->texts($page, '//h3/a'));
            self::assertSame(['https://a.fr/?x=%22&y=1'], $this->texts($page, '//h3/a/@href'));
        }
    }

    public function testTheWikiDoesNotShowItsOwn(): void
    {
        $mine = $this->item(3, ['url' => 'https://moi.fr/?Mare']);
        $page = $this->page(['nombre' => '2'], [$this->item(1), $mine, $this->item(2), $this->item(4)]);
        self::assertSame(['Mare 1', 'Mare 2'], $this->texts($page, '//h3/a'));
    }

    public function testWhenThereIsNothingOneSentence(): void
    {
        self::assertStringContainsString('SHOW_NONE', $this->page([], [])->saveHTML());
        $listing = $this->listing([]);
        self::assertSame('soon', $listing->shown(null)['state']);
        self::assertSame('silent', $listing->shown(null, 'Le pont ne répond pas.')['state']);
        $mine = [$this->item(1, ['url' => 'https://moi.fr/?Mare'])];
        self::assertStringContainsString('SHOW_NONE', $this->page(['vue' => 'carte'], $mine)->saveHTML());
    }

    public function testAPictureIsAskedForWithoutTellingWhoLooks(): void
    {
        $image = ['url' => 'http://a.fr/i.png', 'credit' => 'Nom'];
        $page = $this->page(['vue' => 'cartes'], [$this->item(1, ['image' => $image])]);
        self::assertSame([], $this->texts($page, '//img'));
        $image['url'] = 'https://a.fr/i.png';
        $page = $this->page(['vue' => 'cartes'], [$this->item(1, ['image' => $image])]);
        self::assertSame(['no-referrer'], $this->texts($page, '//img/@referrerpolicy'));
        self::assertSame([''], $this->texts($page, '//img/@alt'));
        self::assertSame(['lazy'], $this->texts($page, '//img/@loading'));
    }

    public function testAnotherLanguageIsTold(): void
    {
        $page = $this->page([], [$this->item(1, ['language' => 'en']), $this->item(2, ['language' => 'fr'])]);
        self::assertSame(['en'], $this->texts($page, '//h3/@lang'));
    }

    public function testTwoListsOfAPageHaveOtherNames(): void
    {
        $ids = [];
        foreach ([1, 2] as $turn) {
            $ids = array_merge($ids, $this->texts($this->page(['vue' => 'carte'], [$this->item(1)]), '//li/@id'));
        }
        self::assertCount(2, array_unique($ids));
    }

    /**
     * @param array<string, mixed> $asked
     * @param list<array<string, mixed>> $items
     */
    private function page(array $asked, array $items, string $network = 'Réseau'): \DOMDocument
    {
        $list = Shown::listing(['title' => $network, 'items' => $items], 200);
        $shown = $this->listing($asked)->shown($list) + ['trouble' => ''];
        $twig = new Environment(new FilesystemLoader(dirname(__DIR__) . '/templates'), ['strict_variables' => true]);
        $twig->addFunction(new TwigFunction('_t', static function (string $key): string {
            return str_replace('PARTAGEONS_', '', $key);
        }));
        $twig->addFunction(new TwigFunction('include_css', static fn(string $file): ?string => null));
        $page = new \DOMDocument();
        $html = $twig->render('listing.twig', $shown + ['config' => []]);
        self::assertTrue(@$page->loadHTML('<meta charset="utf-8">' . $html));
        return $page;
    }

    /** @param array<string, mixed> $asked */
    private function listing(array $asked): Listing
    {
        return new Listing(Selection::read($asked), 'https://pont.fr/', new Home('https://moi.fr/?'), 'fr', true);
    }

    /**
     * @param array<string, mixed> $more
     * @return array<string, mixed> as the bridge gives it.
     */
    private function item(int $number, array $more = []): array
    {
        return $more + [
            'id' => "a:$number", 'url' => "https://a.fr/$number", 'page' => "https://pont.fr/fiche/a:$number",
            'title' => "Mare $number", 'language' => 'fr', 'excerpt' => 'Un résumé.', 'source' => 'CPIE du Val',
            'licence' => 'CC BY 4.0',
            'licence_url' => $more === [] ? 'https://creativecommons.org/licenses/by/4.0/' : '',
            'attribution' => '', 'type' => 'Guide', 'place' => 'Lyon', 'period' => '2026',
            'point' => ['lon' => 4.84, 'lat' => 45.76],
        ];
    }

    /** @return list<string> */
    private function texts(\DOMDocument $page, string $path): array
    {
        $found = [];
        foreach ((new \DOMXPath($page))->query($path) as $node) {
            $found[] = (string) $node->nodeValue;
        }
        return $found;
    }
}
