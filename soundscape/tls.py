"""With which certificate does the service speak HTTPS? With the clinic's own, or one of its own small authority.

Certificates last 397 days, the limit that browsers set less one, and are made anew 30 days before they end or when a
name is missing; the authority (authority.py) stays, so that no device need be touched.

Conventions: `<data>/tls` can be read by its owner alone; times are aware datetimes in UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from soundscape import pem
from soundscape.authority import BEGINS_BEFORE, RENEW_BEFORE, Authority, begun, open_authority, usage
from soundscape.errors import ServiceError
from soundscape.machine import address, machine_addresses, machine_names

LEAF_LASTS = timedelta(days=397)


class CertificateExpired(ServiceError):
    """The clinic's own certificate has ended."""

    code = "certificate_expired"


class NameNotCovered(ServiceError):
    """A name is asked for that our authority is not allowed to vouch for."""

    code = "name_not_covered"


@dataclass(frozen=True)
class Certificate:
    """What the server presents; ``fingerprint`` is the SHA-256 of our authority, else of the certificate itself."""

    cert_path: Path
    key_path: Path
    ca_path: Path | None
    names: tuple[str, ...]
    expires_ms: int
    fingerprint: str
    said: str | None = None
    """What was done that a person should know."""


def own_certificate(cert_path: Path, key_path: Path, now: datetime) -> Certificate:
    """The clinic's own certificate, looked at before it is used.

    Raises
    ------
    CertificateExpired, CertificateUnusable
    """
    leaf, key = pem.read_certificate(cert_path), pem.read_key(key_path)
    if not pem.belong_together(leaf, key):
        raise pem.CertificateUnusable(
            f"{key_path} is not the key of {cert_path}. Name the two files that belong together."
        )
    if leaf.not_valid_after_utc <= now:
        raise CertificateExpired(
            f"{cert_path} expired on {leaf.not_valid_after_utc:%Y-%m-%d at %H:%M} UTC. Put a renewed one there, "
            "or remove certificate and certificate_key from soundscape.toml: then Soundscape makes its own."
        )
    return _described(leaf, cert_path, key_path, None, leaf, None)


def ensure_certificate(data: Path, names: Iterable[str], now: datetime) -> Certificate:
    """A certificate of our own authority for this machine's names and addresses and for ``names``; made where needed.

    Parameters
    ----------
    data
        The data directory; files go to its folder `tls`.
    names
        Further names and addresses, from the settings. Those known when the authority is made are the clinic's own.
    now
        The time.

    Raises
    ------
    NameNotCovered
        One of ``names`` is a public address, or a name that the authority, made earlier, may not vouch for.
    CertificateUnusable
        A file of the authority was damaged; it is left as it is, since devices trust it.
    """
    folder = data / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    asked = tuple(dict.fromkeys(name.lower().rstrip(".") for name in names))
    with pem.alone(folder):
        authority, said = open_authority(folder, asked, now)
        for name in asked:
            if not authority.covers(name):
                raise NameNotCovered(_refusal(name, folder))
        found = (*map(str, machine_addresses()), *machine_names())
        wanted = tuple(dict.fromkeys((*asked, *(name for name in found if authority.covers(name)))))
        leaf, renewed = _leaf(folder, authority, wanted, now)
    paths = folder / "certificate.pem", folder / "certificate.key", folder / "authority.pem"
    return _described(leaf, *paths, authority.certificate, said or renewed)


def _described(
    leaf: x509.Certificate, cert_path: Path, key_path: Path, ca: Path | None, shown: x509.Certificate, said: str | None
) -> Certificate:
    return Certificate(
        cert_path=cert_path,
        key_path=key_path,
        ca_path=ca,
        names=_names_of(leaf),
        expires_ms=int(leaf.not_valid_after_utc.timestamp() * 1000),
        fingerprint=shown.fingerprint(hashes.SHA256()).hex(":").upper(),
        said=said,
    )


def _refusal(name: str, folder: Path) -> str:
    if address(name) is not None:
        return (
            f"{name} is a public address: the service's own authority vouches for private addresses only. Use "
            "a certificate of a public authority (certificate and certificate_key in soundscape.toml), or remove it."
        )
    return (
        f"{name} is not among the names that the authority in {folder} was made for. Remove the name from "
        "soundscape.toml, use a certificate of a public authority, or remove that folder: a new authority is made, and "
        "every device must trust it anew."
    )


# The certificate


def _leaf(
    folder: Path, authority: Authority, names: tuple[str, ...], now: datetime
) -> tuple[x509.Certificate, str | None]:
    """The certificate in use if it is good for another while, else a new one and why."""
    path, key_path = folder / "certificate.pem", folder / "certificate.key"
    why = _unfit(path, key_path, authority, names, now)
    if why is None:
        return pem.read_certificate(path), None
    first = not path.exists()
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _make_leaf(authority, key, names, now)
    pem.write(key_path, pem.key_bytes(key))
    pem.write(path, b"".join(each.public_bytes(serialization.Encoding.PEM) for each in (leaf, authority.certificate)))
    return leaf, None if first else f"The certificate {why} and was renewed; devices need not be touched."


def _unfit(path: Path, key_path: Path, authority: Authority, names: tuple[str, ...], now: datetime) -> str | None:
    """Why the certificate in use must be replaced."""
    try:
        leaf, key = pem.read_certificate(path), pem.read_key(key_path)
    except pem.CertificateUnusable:
        return "could not be read"
    try:
        leaf.verify_directly_issued_by(authority.certificate)
    except (InvalidSignature, ValueError, TypeError):
        return "was of another authority"
    if not pem.belong_together(leaf, key):
        return "did not fit its key"
    if leaf.not_valid_after_utc <= now:
        return f"expired on {leaf.not_valid_after_utc:%Y-%m-%d}"
    if leaf.not_valid_after_utc - now < RENEW_BEFORE:
        return f"was to expire on {leaf.not_valid_after_utc:%Y-%m-%d}"
    missing = [name for name in names if name not in _names_of(leaf)]
    return f"did not cover {', '.join(missing)}" if missing else None


def _make_leaf(
    authority: Authority, key: ec.EllipticCurvePrivateKey, names: tuple[str, ...], now: datetime
) -> x509.Certificate:
    title = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Soundscape")])
    lasts = min(LEAF_LASTS, authority.certificate.not_valid_after_utc - now + BEGINS_BEFORE)
    alternatives: list[x509.GeneralName] = []
    for name in names:
        known = address(name)
        alternatives.append(x509.DNSName(name) if known is None else x509.IPAddress(known))
    identifier = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        begun(title, authority.certificate.subject, key, now, lasts)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(usage("digital_signature"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def _names_of(leaf: x509.Certificate) -> tuple[str, ...]:
    try:
        held = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return (
        *held.get_values_for_type(x509.DNSName),
        *(str(found) for found in held.get_values_for_type(x509.IPAddress)),
    )
