"""The service's own certificate authority: for whom may it vouch?

Made on the first start and kept, so that whoever trusts it once trusts every later certificate. It is bound by critical
name constraints (RFC 5280, 4.2.1.10) to private addresses, `.local`, `localhost` and the clinic's own names: if its key
were stolen, it could not pose as a bank.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from soundscape import pem
from soundscape.machine import address, machine_names

AUTHORITY_LASTS = timedelta(days=3650)
BEGINS_BEFORE = timedelta(days=1)
"""Judgement: a tablet's clock may be behind."""
RENEW_BEFORE = timedelta(days=30)
PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "fe80::/10",
        "::1/128",
    )
)


@dataclass(frozen=True)
class Authority:
    """Our certificate and the key that signs others."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def covers(self, name: str) -> bool:
        """Whether it may vouch for this name or address."""
        permitted = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
        known = address(name)
        for subtree in permitted or ():
            if isinstance(subtree, x509.IPAddress) and known is not None:
                if known in ipaddress.ip_network(str(subtree.value)):
                    return True
            elif isinstance(subtree, x509.DNSName) and known is None and f".{name}".endswith(f".{subtree.value}"):
                return True
        return False


def open_authority(folder: Path, names: tuple[str, ...], now: datetime) -> tuple[Authority, str | None]:
    """The authority of a folder, made if there is none or if it comes to its end; in that case also what to say.

    ``names`` are the clinic's own, for a new one.

    Raises
    ------
    CertificateUnusable
        A file was damaged or is missing; the other is left as it is, since devices trust it.
    """
    path, key_path = folder / "authority.pem", folder / "authority.key"
    ended = None
    if path.exists():
        certificate, key = pem.read_certificate(path), pem.read_key(key_path)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not pem.belong_together(certificate, key):
            raise pem.CertificateUnusable(f"{key_path} is not the key of {path}. Restore both from a backup.")
        if certificate.not_valid_after_utc - now > RENEW_BEFORE:
            return Authority(certificate, key), None
        ended = f"The authority in {folder} has come to its end and was made anew: every device must trust it again."
    made = _make(names, now)
    pem.write(key_path, pem.key_bytes(made.key))
    pem.write(path, made.certificate.public_bytes(serialization.Encoding.PEM))
    return made, ended


def _make(names: tuple[str, ...], now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    own = [name for name in (*machine_names(), *names) if address(name) is None]
    host = machine_names()[0]
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Soundscape authority of {host}"[:64])])
    permitted: list[x509.GeneralName] = [x509.DNSName(name) for name in dict.fromkeys(("local", "localhost", *own))]
    permitted += [x509.IPAddress(network) for network in PRIVATE]
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        begun(title, title, key, now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate, key)


def begun(
    title: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    """What every certificate begins with."""
    begin = (now - BEGINS_BEFORE).astimezone(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + lasts)
    )


def usage(*allowed: str) -> x509.KeyUsage:
    """A key for these uses and no other."""
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{each: each in allowed for each in every})
