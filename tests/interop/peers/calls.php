<?php
// PHP's SoapClient calls what `php calls.php run.json` says: a line of JSON for each call, its name
// and the answer.
$run = json_decode(file_get_contents($argv[1]), true);
$client = new SoapClient($run['wsdl'], [
    'cache_wsdl' => WSDL_CACHE_NONE,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
]);
$document = str_contains(implode($client->__getFunctions()), '$parameters');
foreach ($run['calls'] as $call) {
    $named = [];
    foreach ($call['given'] as $name => $value) $named[rtrim($name, '_')] = $value;
    try {
        $got = $client->__soapCall($call['operation'], $document ? [rename_parts($client, $call, $named)] : array_values($named));
        $got = is_object($got) ? get_object_vars($got) : $got;
        $said = json_encode($got);
    } catch (Throwable $error) {
        $said = get_class($error) . ': ' . $error->getMessage();
    }
    echo json_encode([$call['operation'], $said]), "\n";
}

// The WSDL's own spelling of each part: Python's names are in snake_case.
function rename_parts($client, $call, $named) {
    $folded = fn($name) => strtolower(str_replace('_', '', $name));
    foreach ($client->__getTypes() as $type) {
        if (preg_match('/^struct ' . preg_quote($call['operation']) . ' \\{(.*)\\}$/s', $type, $found)) {
            preg_match_all('/ (\\w+);/', $found[1], $parts);
            $spelt = [];
            foreach ($parts[1] as $part) {
                foreach ($named as $name => $value) {
                    if ($folded($name) === $folded($part)) $spelt[$part] = $value;
                }
            }
            return $spelt;
        }
    }
    return $named;
}
