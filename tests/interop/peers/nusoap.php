<?php
// Calls an operation by NuSOAP: library, WSDL, address, operation, a file with its parts as JSON.
error_reporting(E_ERROR);
[, $library, $wsdl, $address, $operation, $parts] = $argv;
require $library;
$client = new nusoap_client($wsdl, "wsdl");
$client->forceEndpoint = $address;
$client->soap_defencoding = "ISO-8859-1";
$client->decode_utf8 = false;
$answer = $client->call($operation, json_decode(file_get_contents($parts), true));
if ($client->getError()) { fwrite(STDERR, $client->getError()); exit(1); }
echo json_encode($answer);
