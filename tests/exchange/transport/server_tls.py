"""A server's certificate for this machine, below a test root: files as servers and post.toml want them."""

import ssl
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from akson.exchange.sealing import keyring, making
from akson.world import SystemClock

NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True)
class ServerTls:
    roots: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """The server's side."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made


def made(folder: Path, *, names: tuple[str, ...] = NAMES) -> ServerTls:
    now = SystemClock().now()
    authority = making.root(now - timedelta(minutes=5))
    key = rsa.generate_private_key(65537, 2048)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]))
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    found = ServerTls(folder / "roots.pem", folder / "server.pem", folder / "server.key.pem")
    folder.mkdir(parents=True, exist_ok=True)
    found.roots.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    found.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    keyring.write_new(found.key, keyring.private_pem(key), mode=0o600)
    return found


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
