<?php
// PHP's SoapServer: `INTEROP_WSDL=file INTEROP_SOAP=1.1 php -S 127.0.0.1:8901 server.php`.
const NS = 'urn:interop';

class Service {
    public static $server;
    private $trace;

    public function Trace($text) { $this->trace = $text; }

    public function __call($name, $given) {
        $value = $given[0] ?? null;
        $literal = getenv('INTEROP_STYLE') === 'literal';
        if ($literal) $value = $value->value ?? null;
        if ($name === 'fail') {
            $problem = ['code' => $value, 'number' => 7];
            throw new SoapFault('Server', 'it failed', null, $problem, 'problem');
        }
        if ($name === 'notify') {
            file_put_contents(getenv('INTEROP_SEEN'), $value);
            return;
        }
        if ($name === 'pair') {
            $home = (object) ['x' => 1, 'y' => -2];
            $ann = (object) ['name' => 'Ann', 'nick' => null, 'home' => $home];
            return (object) ['left' => $ann, 'right' => $ann];
        }
        if ($this->trace !== null) {
            self::$server->addSoapHeader(new SoapHeader(NS, 'Trace', $this->trace));
        }
        if (isset($value->z)) $value = new SoapVar($value, SOAP_ENC_OBJECT, 'Point3D', NS);
        return $literal ? ['value' => $value] : $value;
    }
}

$version = getenv('INTEROP_SOAP') === '1.2' ? SOAP_1_2 : SOAP_1_1;
$options = [
    'soap_version' => $version,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
];
$server = new SoapServer(getenv('INTEROP_WSDL'), $options);
Service::$server = $server;
$server->setObject(new Service());
$server->handle();
