"""HTTPS by the node itself, and what the text about proxies promises."""

import ssl
import urllib.request
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from akson.app import settings
from akson.fhir.problem import Problem
from tests.app.nodes import node

PROXY = Path(__file__).parents[2] / "docs" / "reverse-proxy.md"


def pair(folder: Path, name: str = "node") -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private


def test_a_node_answers_https(tmp_path: Path) -> None:
    certificate, key = pair(tmp_path)
    with node(tmp_path / "data", "--workers", "1", "--tls-cert", certificate, "--tls-key", key) as running:
        assert running.address.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(certificate))
        with urllib.request.urlopen(
            running.address + "/runde/arbeider.js", context=trusting, timeout=20
        ) as answer:
            assert answer.headers["service-worker-allowed"] == "/runde" and b"const FILES" in answer.read()


def test_a_pair_that_does_not_fit_is_told_at_once(tmp_path: Path) -> None:
    certificate, key = pair(tmp_path)
    _, other = pair(tmp_path, "other")
    for given in ({"tls_cert": certificate}, {"tls_key": key}, {"tls_cert": certificate, "tls_key": other}):
        with pytest.raises(Problem) as refused:
            settings.load(environ={}, options={"data": tmp_path, **given})
        assert refused.value.id == "AKS-APP-001"
    settings.load(environ={}, options={"data": tmp_path, "tls_cert": certificate, "tls_key": key})


def test_the_proxies_do_what_is_asked_of_a_proxy() -> None:
    text = PROXY.read_text("utf-8")
    nginx, caddy = text.split("```nginx")[1].split("```")[0], text.split("```caddy")[1].split("```")[0]
    assert nginx.count("{") == nginx.count("}") and caddy.count("{") == caddy.count("}")
    for said in (
        "X-Forwarded-Proto https",
        "Host $http_host",
        "proxy_buffering off",
        "access_log          off",
        "TLSv1.3",
    ):
        assert said in nginx, said
    for said in ("X-Forwarded-Proto https", "flush_interval -1", "Strict-Transport-Security"):
        assert said in caddy, said
