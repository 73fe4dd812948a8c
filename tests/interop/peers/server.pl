# Perl's SOAP::Lite as a server, without a WSDL: `perl server.pl PORT SEEN`. It says its address.
use strict; use warnings;
use SOAP::Transport::HTTP;
my ($port, $seen) = @ARGV;
$SIG{PIPE} = 'IGNORE';
my $daemon = SOAP::Transport::HTTP::Daemon
    ->new(LocalAddr => '127.0.0.1', LocalPort => $port, ReuseAddr => 1)
    ->dispatch_with({ 'urn:interop' => 'Service' })
    ->on_action(sub { });
$| = 1;
print $daemon->url, "\n";
$daemon->handle;

package Service;
BEGIN { @Service::ISA = qw(SOAP::Server::Parameters); $INC{'Service.pm'} = __FILE__ }

our $AUTOLOAD;

sub AUTOLOAD {
    my ($name) = $AUTOLOAD =~ /(\w+)$/;
    return if $name eq 'DESTROY';
    my $envelope = pop;
    my $value = ($envelope->paramsin)[0];
    if ($name eq 'fail') {
        my $problem = SOAP::Data->name('i:Problem' => \SOAP::Data->value(
            SOAP::Data->name(code => $value), SOAP::Data->name(number => 7)))->attr({ 'xmlns:i' => 'urn:interop' });
        die SOAP::Fault->faultcode('Server')->faultstring('it failed')->faultdetail($problem);
    }
    if ($name eq 'notify') {
        open my $file, '>', $seen or die $!;
        print $file $value;
        return;
    }
    if ($name eq 'pair') {
        my $ann = { name => 'Ann', nick => undef, home => { x => 1, y => -2 } };
        return { left => $ann, right => $ann };
    }
    my $data = $envelope->dataof(SOAP::SOM::paramsin);
    my $trace = $envelope->headerof('//Trace');
    my $type = $data ? $data->type // '' : '';
    my @head = $trace ? SOAP::Header->name('i:Trace' => $trace->value)->attr({ 'xmlns:i' => 'urn:interop' })->type('') : ();
    if (ref $value eq 'HASH' or ref $value eq 'Point3D') {
        return SOAP::Data->value({ %$value })->type('i:Point3D')->attr({ 'xmlns:i' => 'urn:interop' }) if exists $value->{z};
    }
    return @head, !defined $value || ref $value ? $value : SOAP::Data->value($value)->type($type =~ /Binary$/ ? $type : 'string');
}
