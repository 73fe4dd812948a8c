<?php
// PHP's SoapClient with WS-Addressing's headers of its own: `php addressing.php WSDL LOCATION`.
const WSA = 'http://www.w3.org/2005/08/addressing';
[, $wsdl, $location] = $argv;
$client = new SoapClient($wsdl, ['location' => $location, 'cache_wsdl' => WSDL_CACHE_NONE]);
$headers = [
    new SoapHeader(WSA, 'Action', 'urn:desk:asked', true),
    new SoapHeader(WSA, 'MessageID', 'urn:uuid:from-php'),
    new SoapHeader(WSA, 'To', $location),
];
$reply = $client->__soapCall('ask', [['what' => 'now']], null, $headers, $back);
print "{$reply->that} {$back['Action']} {$back['RelatesTo']}\n";
