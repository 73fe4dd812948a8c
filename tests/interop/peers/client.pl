# Perl's SOAP::Lite: `perl client.pl run.json`. It calls without a WSDL: what it sends is typed by hand.
use strict; use warnings; use utf8;
use JSON::PP; use SOAP::Lite; use MIME::Base64;

my $ns = 'urn:interop';
open my $file, '<:raw', $ARGV[0] or die $!;
my $run = decode_json(do { local $/; <$file> });
binmode STDOUT, ':utf8';
my $json = JSON::PP->new->canonical->allow_nonref->allow_blessed;
my $soap = SOAP::Lite->proxy($run->{location}, timeout => 10)->ns($ns, 'i')->encoding($run->{charset});
$soap->on_action(sub { qq{"$ns#$_[1]"} });
$soap->soapversion($run->{soap}) if $run->{soap} ne '1.1';
$soap->serializer->register_ns($ns, 'i');
my $literal = $run->{style} eq 'literal';
my %struct = (echo_point => 'Point', echo_person => 'Person', echo_points => 'Point');

sub raw {
    my ($type, $text) = @{ $_[0] }{qw(type text)};
    return $type eq 'base64Binary' ? decode_base64($text) : $type eq 'hexBinary' ? pack('H*', $text) : $text;
}

sub data {
    my ($name, $value, $kind) = @_;
    my $data;
    if (!defined $value) { $data = SOAP::Data->value(undef)->type($kind // 'string') }
    elsif (ref $value eq 'ARRAY') {
        my $item = $struct{$kind} ? "i:$struct{$kind}" : 'xsd:string';
        my @items = map { data('item', $_, 'string') } @$value;
        $data = SOAP::Data->value(@items ? \SOAP::Data->value(@items) : '')->type('soapenc:Array')
            ->attr({ 'soapenc:arrayType' => "$item\[" . @items . ']' });
    }
    elsif (ref $value eq 'HASH' and $value->{struct}) {
        my $fields = $value->{fields};
        my %kinds = (x => 'int', y => 'int', z => 'int');
        my @fields = map { data($_, $fields->{$_}, $kinds{$_}) } grep { exists $fields->{$_} } qw(x y z name nick home);
        $data = SOAP::Data->value(\SOAP::Data->value(@fields))->type("i:$value->{struct}");
    }
    elsif (ref $value eq 'HASH') { $data = SOAP::Data->value(raw($value))->type($value->{type}) }
    else { $data = SOAP::Data->value($value)->type($kind // 'string') }
    return $data->name($name);
}

sub plain {
    my $value = shift;
    return [ map { plain($_) } @$value ] if ref $value eq 'ARRAY' or ref($value) =~ /Array$/;
    if (ref $value eq 'HASH' and exists $value->{struct}) {
        return { map { $_ => plain($value->{fields}{$_}) } keys %{ $value->{fields} } };
    }
    if (ref $value eq 'HASH' and exists $value->{text}) {
        return $value->{type} eq 'boolean' ? 'true' : raw($value);
    }
    return { map { $_ => plain($value->{$_}) } keys %$value } if ref $value;
    return defined $value ? "$value" : undef;
}

for my $case (@{ $run->{cases} }) {
    my ($ok, $said) = (0, '');
    eval {
        my @given = $case->{operation} eq 'pair' ? () : data('value', $case->{value}, $case->{operation} =~ /s$/ ? $case->{operation} : undef);
        unshift @given, SOAP::Header->name('i:Trace' => $case->{header})->type('') if $case->{header};
        my $got = $soap->call($case->{operation} => @given);
        if ($case->{operation} eq 'fail') {
            my $problem = $got->fault ? $got->faultdetail->{Problem} : {};
            $ok = ($problem->{code} // '') eq 'no' && $problem->{number} == 7;
        } elsif ($case->{operation} eq 'notify') {
            $ok = !ref $got || !$got->fault;
        } elsif ($got->fault) {
            $said = $got->faultstring;
        } elsif ($case->{operation} eq 'pair') {
            my $pair = $got->result;
            $ok = $pair->{left}{name} eq 'Ann' && $json->encode(plain($pair->{left})) eq $json->encode(plain($pair->{right}));
        } else {
            my ($back, $sent) = map { $json->encode(plain($_)) } $got->result, $case->{value};
            $back = '"true"' if $back eq '"1"' and $sent eq '"true"';
            $back = '[]' if $sent eq '[]' and $back =~ /^(""|null|\{\})$/;
            $ok = $back eq $sent;
            $ok &&= ($got->header->{Trace} // $got->headerof('//Trace') // '') if $case->{header};
            $said = "$back for $sent" unless $ok;
        }
        1;
    } or $said = "$@";
    print JSON::PP->new->encode({ name => $case->{name}, ok => $ok ? JSON::PP::true : JSON::PP::false, said => "$said" }), "\n";
}
