#!/bin/sh
# Installs the peers of `make interop` that Debian and Ubuntu have; Python's come with the extra `interop`, node's with npm.
set -e
node=
command -v npm >/dev/null || node="nodejs npm"
# shellcheck disable=SC2086 # two packages, or none
exec apt-get install --yes --no-install-recommends $node \
	php-cli php-soap php-xml libnusoap-php libsoap-lite-perl libhttp-daemon-perl \
	g++ gsoap libgsoap-dev libssl-dev zlib1g-dev \
	default-jdk-headless libwss4j-java libxml-security-java libslf4j-java libcommons-logging-java libcommons-codec-java \
	xmlsec1 softhsm2
