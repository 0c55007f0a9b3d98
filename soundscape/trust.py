"""What is a device given so that it trusts this installation, and how does a person know that it is ours?"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from soundscape import pem
from soundscape.config import Config


@dataclass(frozen=True)
class Published:
    """Our own authority's certificate, without its key."""

    name: str
    pem: bytes
    der: bytes
    sha256: str
    sha1: str
    """Windows shows no other."""
    ends: datetime


def published(data: Path, config: Config) -> Published | None:
    """The authority that devices are to trust; ``None`` with a clinic's own certificate, and behind a proxy.

    Raises
    ------
    CertificateUnusable
        If the file is damaged.
    """
    path = data / "tls" / "authority.pem"
    if config.plain_http or config.certificate is not None or not path.exists():
        return None
    found = pem.read_certificate(path)
    return Published(
        name=str(found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value),
        pem=found.public_bytes(serialization.Encoding.PEM),
        der=found.public_bytes(serialization.Encoding.DER),
        sha256=_spelled(found, hashes.SHA256()),
        sha1=_spelled(found, hashes.SHA1()),  # noqa: S303 - to compare with what Windows shows, beside SHA-256
        ends=found.not_valid_after_utc,
    )


def _spelled(certificate: x509.Certificate, kind: hashes.HashAlgorithm) -> str:
    return certificate.fingerprint(kind).hex(":").upper()
