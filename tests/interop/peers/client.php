<?php
// PHP's SoapClient: `php client.php run.json`. A line of JSON for each case: its name, whether it
// came back as it was sent, and what was said if not.
const NS = 'urn:interop';
$run = json_decode(file_get_contents($argv[1]), true);
$literal = $run['style'] === 'literal';
$client = new SoapClient($run['wsdl'], [
    'soap_version' => $run['soap'] === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'exceptions' => true,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
    'connection_timeout' => 10,
] + (isset($run['location']) ? ['location' => $run['location']] : []));

function native($value) {
    if (!is_array($value)) return $value;
    if (array_is_list($value)) return array_map('native', $value);
    if (isset($value['struct'])) {
        $fields = (object) array_map('native', $value['fields']);
        return $value['struct'] === 'Point3D'
            ? new SoapVar($fields, SOAP_ENC_OBJECT, 'Point3D', NS) : $fields;
    }
    $text = $value['text'];
    switch ($value['type']) {
        case 'boolean': return $text === 'true';
        case 'float': case 'double': return (float) $text;
        case 'hexBinary': return hex2bin($text);
        case 'base64Binary': return base64_decode($text);
        default: return $text;
    }
}

function plain($value) {
    if ($value instanceof SoapVar) return plain($value->enc_value);
    if (is_object($value)) $value = get_object_vars($value);
    if (is_array($value)) { ksort($value); return array_map('plain', $value); }
    return $value;
}

function call($client, $case, $value, $literal, &$headers) {
    $given = $literal ? [['value' => $value]] : [$value];
    if ($case['operation'] === 'pair') $given = [];
    $sent = $case['header'] !== '' ? [new SoapHeader(NS, 'Trace', $case['header'])] : null;
    $got = $client->__soapCall($case['operation'], $given, null, $sent, $headers);
    if (!$literal) return $got;
    return $got->value ?? (is_array($value) ? [] : null);
}

foreach ($run['cases'] as $case) {
    $said = '';
    try {
        $value = native($case['value']);
        $headers = [];
        if ($case['operation'] === 'fail') {
            try {
                call($client, $case, $value, $literal, $headers);
                $ok = false;
            } catch (SoapFault $fault) {
                $problem = $fault->detail->Problem ?? null;
                $problem = $problem instanceof SoapVar ? $problem->enc_value : $problem;
                $ok = $problem && $problem->code === 'no' && (int) $problem->number === 7;
                $said = $ok ? '' : $fault->getMessage();
            }
        } else {
            $got = call($client, $case, $value, $literal, $headers);
            if ($case['operation'] === 'pair') {
                $ok = plain($got->left) == plain($got->right) && $got->left->name === 'Ann';
            } elseif ($case['operation'] === 'notify') {
                $ok = $got === null;
            } else {
                $ok = plain($got) == plain($value);
            }
            if ($case['header'] !== '') $ok = $ok && ($headers['Trace'] ?? '') === $case['header'];
            $said = $ok ? '' : var_export($got, true);
        }
    } catch (Throwable $error) {
        $ok = false;
        $said = get_class($error) . ': ' . $error->getMessage();
    }
    echo json_encode(['name' => $case['name'], 'ok' => $ok, 'said' => $said],
        JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
