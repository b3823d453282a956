"""What is made of the installation's secret: keys for each use by itself, so that none tells anything of another."""

from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey


class Seal:
    """Derives keys (HKDF, RFC 5869), encrypts what must be kept and used again (JWE, RFC 7516: dir, A256GCM)."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def shared_secret(self, site_id: str, generation: int) -> str:
        """The secret by which a blog signs for its people: 43 characters, 256 bits. It is stored nowhere."""
        return urlsafe_b64encode(self.key(f"sign-on {site_id} {generation}")).rstrip(b"=").decode()

    def close(self, use: str, text: str) -> str:
        """The text, encrypted for this use."""
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, text, self._key_of(use))

    def open(self, use: str, sealed: str) -> str | None:
        """The text; None if it was encrypted for another use or with another secret."""
        try:
            opened = jwe.decrypt_compact(sealed, self._key_of(use)).plaintext
        except (JoseError, ValueError):
            return None
        return None if opened is None else opened.decode()

    def _key_of(self, use: str) -> OctKey:
        return OctKey.import_key(self.key(f"sealed {use}"))

    def key(self, use: str) -> bytes:
        """A key of 256 bits for this use and no other."""
        return HKDF(SHA256(), 32, None, f"greenroom {use}".encode()).derive(self._secret)
