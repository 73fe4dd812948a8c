<?php
// PHP's side of the documented call, without a network: benchmarks/native.py drives it.
//
// Arguments: the WSDL, and a file with the reply. It prints the request that it writes and the
// values that it reads, one line each; then, for each line "N" on stdin, the nanoseconds of
// the processor that N calls take.

class Local extends SoapClient
{
    public string $reply;
    public string $sent = "";

    public function __doRequest(
        string $request,
        string $location,
        string $action,
        int $version,
        bool $oneWay = false
    ): ?string {
        $this->sent = $request;
        return $this->reply;
    }
}

function processor(): int
{
    $used = getrusage();
    $seconds = $used["ru_utime.tv_sec"] + $used["ru_stime.tv_sec"];
    return ($seconds * 1000000 + $used["ru_utime.tv_usec"] + $used["ru_stime.tv_usec"]) * 1000;
}

$client = new Local($argv[1], ["cache_wsdl" => WSDL_CACHE_NONE]);
$client->reply = file_get_contents($argv[2]);
$parts = [
    null, 1234, "demo", "demo", ["2799912345", "27999123134"], "me", "Initial test message",
    null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
];
$values = $client->__soapCall("sendmsg", $parts);
echo str_replace("\n", "", $client->sent), "\n", implode("\t", $values), "\n";
while (($line = fgets(STDIN)) !== false) {
    $rounds = (int) $line;
    $start = processor();
    for ($i = 0; $i < $rounds; $i++) {
        $client->__soapCall("sendmsg", $parts);
    }
    echo processor() - $start, "\n";
}
