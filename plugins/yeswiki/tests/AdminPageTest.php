<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Obstacle;
use Partageons\Core\Opinion;
use Partageons\Core\Trial;
use Partageons\Core\Unreachable;
use Partageons\YesWiki\AdminPage;
use Partageons\YesWiki\Status;
use YesWiki\Core\Exception\ExitException;
use YesWiki\Core\Service\TemplateEngine;
use YesWiki\StandIn\Fresh;

require_once __DIR__ . '/AdminCase.php';

/**
 * The page of the administrators as it is read. Each has a session, which is begun before anything is written.
 *
 * @runTestsInSeparateProcesses
 * @preserveGlobalState disabled
 */
final class AdminPageTest extends AdminCase
{
    private const HERE = 'https://wiki.exemple.fr/?PartageonsVert/partageons';

    /** @param array<string, mixed> $config */
    private function shared(array $config = []): void
    {
        foreach ($config + ['partageons_forms' => '5', 'partageons_licence' => 'CC BY 4.0'] as $name => $value) {
            $this->wiki->config[$name] = $value;
        }
        $this->parts()->forget();
    }

    /**
     * @param array<string, mixed> $sent
     * @return array<string, mixed>
     */
    private function data(array $sent = []): array
    {
        return (new AdminPage($this->wiki, self::HERE))->data($sent);
    }

    /** @param array<string, mixed> $sent */
    private function html(array $sent = []): string
    {
        return $this->wiki->services->get(TemplateEngine::class)->render('@partageons/admin.twig', $this->data($sent));
    }

    /** @return array<string, string> label => why */
    private function withheld(): array
    {
        return array_column($this->data()['previews'][0]['fields'], 'why', 'label');
    }

    public function testNothingIsTickedAtFirst(): void
    {
        $data = $this->data();
        self::assertSame([false, false], array_column($data['forms'], 'ticked'));
        self::assertSame([], $data['previews']);
        self::assertSame([''], array_column(array_filter($data['licences'], fn ($one) => $one['chosen']), 'value'));
        self::assertStringContainsString('étape 1', $data['next']);
        self::assertStringNotContainsString(' checked', explode('name="partageons_licence"', $this->html())[0]);
    }

    public function testEachFormSaysWhatItHolds(): void
    {
        $this->entry(['bf_titre' => 'La mare']);
        $this->entry(['bf_titre' => 'Copie'], '5', 'https://voisin.exemple.fr/?Copie');
        [$initiatives, $members] = $this->data()['forms'];
        self::assertSame(['2 fiches', '1 venue d’ailleurs (pas partagée à nouveau)'], $initiatives['counts']);
        self::assertSame(['0 fiche'], $members['counts']);
        self::assertSame(['', 'Nom, Prénom'], [$initiatives['people'], $members['people']]);
    }

    public function testAFormThatIsGoneIsSaid(): void
    {
        $this->shared(['partageons_forms' => '5,77']);
        self::assertSame(['77'], $this->data()['missing']);
        self::assertStringContainsString('n’existent plus', $this->html());
    }

    public function testWhatIsNeverSharedIsSaidWithItsReason(): void
    {
        $this->shared();
        $kept = $this->withheld();
        self::assertSame(
            ['Courriel', 'Notes internes', 'Pour l’équipe', 'Pour soi', 'Téléphone'],
            array_values(array_diff(array_keys($kept), ['Ne pas partager']))
        );
        self::assertStringContainsString('courriel', $kept['Courriel']);
        self::assertStringContainsString('groupe', $kept['Notes internes']);
        self::assertStringContainsString('connectées', $kept['Pour l’équipe']);
        self::assertStringContainsString('a écrit', $kept['Pour soi']);
        self::assertStringContainsString('téléphone', $kept['Téléphone']);
    }

    public function testAPreviewWarns(): void
    {
        $this->shared(['partageons_licence' => '']);
        $tag = $this->entry(['bf_titre' => 'La mare', 'bf_description' => '<p>Appeler le 06 12 34 56 78</p>']);
        $this->stored($tag, 'bf_latitude', '0');
        $this->stored($tag, 'bf_longitude', '0');
        $cards = $this->data()['previews'][0]['cards'];
        self::assertSame('La mare', $cards[0]['title']);
        $warnings = array_column($cards[0]['warnings'], 'says', 'about');
        self::assertSame(['abstract', 'position', 'licence', 'personal'], array_keys($warnings));
        self::assertStringContainsString('(0, 0)', $warnings['position']);
        self::assertStringContainsString('06 12 34 56 78', $warnings['personal']);
        $this->stored($tag, 'bf_longitude', '');
        self::assertStringContainsString('moitié', json_encode($this->data(), JSON_UNESCAPED_UNICODE));
    }

    public function testAPreviewShowsTheLatestThatAreSharedAndNothingElse(): void
    {
        $this->shared();
        foreach (range(1, 5) as $number) {
            $tag = $this->entry(['bf_titre' => "Mare $number", 'bf_mail' => 'a@exemple.fr', 'bf_interne' => 'Secret']);
            $this->sql('UPDATE {}pages SET time = ? WHERE tag = ?', ["2026-01-0$number 00:00:00", $tag]);
        }
        $this->entry(['bf_titre' => 'Copie'], '5', 'https://voisin.exemple.fr/?Copie');
        $cards = $this->data()['previews'][0]['cards'];
        self::assertSame(['Mare 5', 'Mare 4', 'Mare 3'], array_column($cards, 'title'));
        self::assertStringNotContainsString('Secret', $this->html());
        self::assertStringNotContainsString('a@exemple.fr', $this->html());
    }

    public function testAChoiceIsSeenBeforeItIsKept(): void
    {
        $this->entry(['bf_titre' => 'Jeanne'], '6');
        $sent = ['partageons_forms' => ['6'], 'partageons_email' => 'a@b.fr'];
        $data = $this->data(['partageons_act' => 'preview'] + $sent);
        self::assertTrue($data['unsaved']);
        self::assertSame(['Membres'], array_column($data['previews'], 'label'));
        self::assertSame('a@b.fr', $data['email']);
        self::assertFalse($data['join']['ready']);
        self::assertArrayNotHasKey('partageons_forms', $this->written());
    }

    public function testWhatOthersWroteIsEscaped(): void
    {
        Fresh::form($this->wiki, '7', '<b>Gras</b> & "cie"', ['texte***bf_titre***Titre' . self::END]);
        $this->shared(['partageons_forms' => '7', 'partageons_licence' => '"><script>alert(1)</script>']);
        $this->entry(['bf_titre' => '<img src=x onerror=alert(2)>'], '7');
        $html = $this->html();
        self::assertStringNotContainsString('<script>alert', $html);
        self::assertStringNotContainsString('<img src=x', $html);
    }

    public function testAFormFromElsewhereDoesNothing(): void
    {
        foreach ([[], ['partageons_token' => 'x']] as $token) {
            $_POST = $token;
            try {
                $this->data($token + ['partageons_act' => 'save', 'partageons_forms' => ['5']]);
                self::fail('It was not sent elsewhere.');
            } catch (ExitException $sent) {
                self::assertSame('EXPIRED', $_SESSION['partageons_admin_said']['said']);
            }
        }
        self::assertArrayNotHasKey('partageons_forms', $this->written());
        self::assertStringContainsString('trop longtemps', $this->data()['said']['text']);
        self::assertNull($this->data()['said']);
    }

    public function testAHibernatingWikiSaysSoAndChangesNothing(): void
    {
        $this->shared(['wiki_status' => 'hibernate']);
        self::assertSame('HIBERNATED', $this->data()['stopped']);
        self::assertSame(3, preg_match_all("~<button[^>]* disabled>~", $this->html()));
        try {
            $this->data(['partageons_act' => 'leave']);
            self::fail('It was not sent elsewhere.');
        } catch (ExitException $sent) {
            self::assertSame('HIBERNATED', $_SESSION['partageons_admin_said']['said']);
        }
        self::assertNull($this->data()['said'], 'Once is enough.');
    }

    public function testWhatTheNetworkSaysOfTheRequestIsShown(): void
    {
        $this->shared();
        foreach (['asked', 'verified', 'accepted', 'refused', 'revoked'] as $state) {
            $held = ['state' => $state, 'address' => 'https://pont.exemple.fr/', 'nonce' => 'n', 'source' => 'wiki-a'];
            $this->parts()->memory()->set('pairing', (string) json_encode($held + ['said' => 'Bonjour <b>']));
            $html = $this->html();
            self::assertStringContainsString('Bonjour &lt;b&gt;', $html);
            self::assertStringNotContainsString('PARTAGEONS_ADMIN', $html, $state);
            self::assertSame($state === 'accepted', strpos($html, 'sources/wiki-a') !== false);
            $asks = in_array($state, ['refused', 'revoked'], true);
            self::assertSame($asks, strpos($html, 'value="join"') !== false);
            self::assertSame(!$asks, strpos($html, 'value="leave"') !== false);
        }
    }

    public function testATrialIsToldInWords(): void
    {
        $this->shared();
        $trial = new Trial(static function (): void {
            throw new Unreachable('Could not resolve host: wiki.exemple.fr');
        }, null, static function (): void {
        });
        $parts = $this->parts();
        $opinion = new Opinion($parts->pairing(), $parts->pinger(), $parts->http());
        Status::made($this->parts())->run($opinion, 'autre.exemple.fr', $trial);
        $told = $this->data()['trial'];
        self::assertFalse($told['open']);
        self::assertSame(['dns', 'address'], array_column($told['found'], 'code'));
        self::assertStringContainsString('autre.exemple.fr', $told['found'][1]['says']);
        self::assertStringContainsString(Obstacle::unreachable('resolve')->code, $this->html());
    }

    public function testAWikiClosedToThePublicIsSaid(): void
    {
        $tag = $this->entry(['bf_titre' => 'La mare']);
        $this->sql('DELETE FROM {}acls WHERE page_tag = ?', [$tag]);
        $this->shared(['default_read_acl' => '+']);
        $this->parts()->memory()->set('trial', '{"at": 1, "code": ""}');
        $data = $this->data();
        self::assertTrue($data['forms'][0]['closed']);
        self::assertSame(['', 'private'], array_column($data['trial']['found'], 'code'));
        self::assertSame([], $data['previews'][0]['cards']);
    }
}
