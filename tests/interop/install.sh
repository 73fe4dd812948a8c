#!/bin/sh
# Installs the peers of `make interop` that Debian and Ubuntu have; Python's come with the extra `interop`.
set -e
exec apt-get install --yes --no-install-recommends \
	php-cli php-soap php-xml libnusoap-php libsoap-lite-perl libhttp-daemon-perl \
	g++ gsoap libgsoap-dev libssl-dev zlib1g-dev \
	default-jdk-headless libwss4j-java libxml-security-java libslf4j-java libcommons-logging-java libcommons-codec-java \
	xmlsec1 softhsm2
