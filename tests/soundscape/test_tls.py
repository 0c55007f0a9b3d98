"""The certificate: made, kept, renewed, refused; and what a real TLS client says to it."""

import ipaddress
import os
import socket
import ssl
import stat
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from soundscape import pem
from soundscape.authority import open_authority
from soundscape.machine import machine_addresses, machine_names
from soundscape.tls import (
    CertificateExpired,
    NameNotCovered,
    _make_leaf,
    ensure_certificate,
    own_certificate,
)

NOW = datetime.now(UTC).replace(microsecond=0)


def read(path):
    return x509.load_pem_x509_certificates(path.read_bytes())


def handshake(cert_path, key_path, trusted, name):
    """What a client that trusts one authority says of the server's certificate: None, or why it refuses."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert_path, key_path)
    client = ssl.create_default_context(cafile=trusted)
    here, there = socket.socketpair()

    def answer():
        with suppress(OSError), server.wrap_socket(here, server_side=True) as secure:
            secure.recv(1)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with there, client.wrap_socket(there, server_hostname=name) as secure:
            secure.send(b"x")
            return None
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    finally:
        thread.join()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "music.clinic.example", "10.1.2.3"])
def test_a_client_that_trusts_the_authority_accepts_every_name(tmp_path, name):
    made = ensure_certificate(tmp_path, ["music.clinic.example", "10.1.2.3"], NOW)
    assert handshake(made.cert_path, made.key_path, made.ca_path, name) is None
    assert "not valid for" in handshake(made.cert_path, made.key_path, made.ca_path, "elsewhere.example")


@pytest.mark.parametrize("name", ["bank.example", "93.184.215.14", "2606:2800:21f:cb07::1", "localhost.bank.example"])
def test_a_client_refuses_what_the_authority_may_not_vouch_for(tmp_path, name):
    """As if its key had been stolen."""
    made = ensure_certificate(tmp_path, [], NOW)
    authority, _ = open_authority(tmp_path / "tls", (), NOW)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _make_leaf(authority, key, (name,), NOW)
    forged, forged_key = tmp_path / "forged.pem", tmp_path / "forged.key"
    forged.write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + made.ca_path.read_bytes())
    forged_key.write_bytes(pem.key_bytes(key))
    assert "subtree" in handshake(forged, forged_key, made.ca_path, name)


def test_the_certificate_covers_this_machine_and_lasts_less_than_398_days(tmp_path):
    made = ensure_certificate(tmp_path, [], NOW)
    leaf, authority = read(made.cert_path)
    ours, _ = open_authority(tmp_path / "tls", (), NOW)
    reached = {str(each) for each in machine_addresses() if ours.covers(str(each))}
    assert set(made.names) == {*machine_names(), *reached}
    assert {"localhost", "127.0.0.1", "::1"} <= set(made.names)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=397)
    assert made.expires_ms == leaf.not_valid_after_utc.timestamp() * 1000
    basic = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    assert x509.IPAddress(ipaddress.ip_network("192.168.0.0/16")) in limits.value.permitted_subtrees


def test_only_the_owner_can_read_the_keys(tmp_path):
    before = os.umask(0)
    try:
        ensure_certificate(tmp_path, [], NOW)
    finally:
        os.umask(before)
    folder = tmp_path / "tls"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_another_start_changes_nothing(tmp_path):
    first = ensure_certificate(tmp_path, ["a.local"], NOW)
    before = {path.name: path.read_bytes() for path in (tmp_path / "tls").iterdir()}
    again = ensure_certificate(tmp_path, ["a.local"], NOW + timedelta(days=360))
    assert {path.name: path.read_bytes() for path in (tmp_path / "tls").iterdir()} == before
    assert (again.fingerprint, again.said, first.said) == (first.fingerprint, None, None)


@pytest.mark.parametrize(
    ("days", "names", "said"),
    [(500, [], "expired on"), (370, [], "was to expire on"), (1, ["10.9.9.9"], "did not cover 10.9.9.9")],
)
def test_a_certificate_that_will_not_do_is_renewed_and_it_is_said(tmp_path, days, names, said):
    first = ensure_certificate(tmp_path, [], NOW)
    authority = first.ca_path.read_bytes()
    later = NOW + timedelta(days=days)
    second = ensure_certificate(tmp_path, names, later)
    assert said in second.said
    assert first.ca_path.read_bytes() == authority
    assert read(second.cert_path)[0].not_valid_after_utc > later + timedelta(days=390)


def test_a_damaged_certificate_is_renewed_but_a_damaged_authority_is_left_for_a_person(tmp_path):
    made = ensure_certificate(tmp_path, [], NOW)
    made.cert_path.write_text("mine")
    assert "could not be read" in ensure_certificate(tmp_path, [], NOW).said
    (tmp_path / "tls" / "authority.key").unlink()
    with pytest.raises(pem.CertificateUnusable, match=r"authority\.key"):
        ensure_certificate(tmp_path, [], NOW)


def test_a_public_address_and_a_later_name_are_refused_by_name(tmp_path):
    with pytest.raises(NameNotCovered, match=r"93\.184\.215\.14 is a public address"):
        ensure_certificate(tmp_path, ["93.184.215.14"], NOW)
    with pytest.raises(NameNotCovered, match=r"music\.clinic\.example is not among the names"):
        ensure_certificate(tmp_path, ["music.clinic.example"], NOW)


def test_the_clinics_own_certificate_is_used_until_it_expires(tmp_path):
    made = ensure_certificate(tmp_path, [], NOW)
    used = own_certificate(made.cert_path, made.key_path, NOW)
    assert (used.ca_path, used.names) == (None, made.names)
    with pytest.raises(CertificateExpired, match=r"certificate\.pem expired on 20\d\d-\d\d-\d\d.*soundscape\.toml"):
        own_certificate(made.cert_path, made.key_path, NOW + timedelta(days=500))
    with pytest.raises(pem.CertificateUnusable, match="is not the key of"):
        own_certificate(made.cert_path, tmp_path / "tls" / "authority.key", NOW)
    with pytest.raises(pem.CertificateUnusable, match="cannot be read"):
        own_certificate(tmp_path / "none.pem", made.key_path, NOW)
