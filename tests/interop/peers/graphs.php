<?php
// Graphs with PHP's SOAP extension, without a network: `php graphs.php service.wsdl sent|asked|answered 1.1|1.2`.
// `sent` writes a request that PHP makes; `asked` reads a request from stdin, says what it found in it on
// stderr, and answers with what it got; `answered` reads a reply from stdin and says what it found.
[, $wsdl, $what, $soap] = $argv;
$options = [
    'soap_version' => $soap === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    'location' => 'http://127.0.0.1/',
];

function found($person, $people) {
    $friend = $person->friend ?? null;
    return json_encode([
        'name' => $person->name,
        'cycle' => $friend !== null && ($friend->friend ?? null) === $person,
        'home' => $friend !== null && $friend->home === $person->home,
        'city' => $person->home->city ?? null,
        'listed' => is_array($people) && $people[0] === $person && $people[1] === $friend,
    ]);
}

class Captured extends SoapClient {
    public $reply = '';
    public function __doRequest($request, $location, $action, $version, $oneWay = false): ?string {
        if ($this->reply === '') { echo $request; exit; }
        return $this->reply;
    }
}

class Service {
    public function put($person, $people, $box) {
        fwrite(STDERR, found($person, $people));
        return ['person' => $person, 'again' => $person];
    }
}

$home = (object) ['city' => 'Ulm'];
$ben = (object) ['name' => 'Ben', 'home' => $home];
$ben->friend = (object) ['name' => 'Cem', 'home' => $home, 'friend' => $ben];
if ($what === 'asked') {
    $server = new SoapServer($wsdl, $options);
    $server->setObject(new Service());
    $server->handle(stream_get_contents(STDIN));
    exit;
}
$client = new Captured($wsdl, $options);
if ($what === 'answered') $client->reply = stream_get_contents(STDIN);
$got = $client->put($ben, [$ben, $ben->friend], null);
echo json_encode(['again' => $got['person'] === $got['again'], 'cycle' => $got['person']->friend->friend === $got['person']]);
