"""Certificates and keys as PEM files that only their owner can read."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from soundscape.errors import ServiceError


class CertificateUnusable(ServiceError):
    """A certificate or its key is missing, cannot be read, or they do not belong together."""

    code = "certificate_unusable"


def belong_together(certificate: x509.Certificate, key: PrivateKeyTypes) -> bool:
    """Whether the key is the certificate's."""
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)


def read_certificate(path: Path) -> x509.Certificate:
    """The first certificate of a file; :class:`CertificateUnusable` if there is none."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())[0]
    except OSError as error:
        raise CertificateUnusable(f"{path}: the certificate cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise CertificateUnusable(f"{path} holds no certificate in PEM ({error}).") from error


def read_key(path: Path) -> PrivateKeyTypes:
    """The private key of a file; :class:`CertificateUnusable` if there is none, or it wants a password."""
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise CertificateUnusable(f"{path}: the key cannot be read ({error.strerror}).") from error
    except (ValueError, TypeError) as error:
        raise CertificateUnusable(f"{path} holds no key in PEM without a password ({error}).") from error


def key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PEM."""
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def write(path: Path, content: bytes) -> None:
    """Replace a file at once; only its owner can ever read it."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: two servers that start together must not make two authorities."""
    with os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
