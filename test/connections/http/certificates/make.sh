#!/bin/sh
# Makes the certificates of the tests anew: an authority, and what it signed. Needs OpenSSL 3.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
: > "$work/index"
key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }
cat > "$work/ca.conf" <<CONF
[ca]
default_ca = tests
[tests]
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
CONF
sign() { # name, subject alternative names, not before, not after
  key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$1" -addext "subjectAltName=$2" -out "$work/$1.csr"
  openssl ca -batch -notext -config "$work/ca.conf" -cert authority.pem -keyfile "$work/authority.key" \
    -startdate "$3" -enddate "$4" -in "$work/$1.csr" -out "$1.pem"
}
key "$work/authority.key"
openssl req -x509 -new -key "$work/authority.key" -subj "/CN=Test authority" -days 27000 \
  -addext keyUsage=critical,keyCertSign -out authority.pem
key "$work/stranger.key"
openssl req -x509 -new -key "$work/stranger.key" -subj "/CN=Strange authority" -days 27000 \
  -addext keyUsage=critical,keyCertSign -out stranger.pem
sign good DNS:localhost,IP:127.0.0.1 20240101000000Z 20990101000000Z
sign expired DNS:localhost,IP:127.0.0.1 20200101000000Z 20200102000000Z
sign elsewhere DNS:elsewhere.example 20240101000000Z 20990101000000Z
sign named DNS:localhost 20240101000000Z 20990101000000Z
sign client DNS:client.example 20240101000000Z 20990101000000Z
openssl pkcs8 -topk8 -in client.key -passout pass:open-sesame -out client-encrypted.key
rm -r "$work"
