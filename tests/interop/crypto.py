"""The crypto suites, identity keys, and sealing."""
import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, padding as block_padding
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from wire import Refused, u8

# Group 14 of RFC 3526.
PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
CLASSIC, AES, CHACHA = 1, 2, 3


def new_key(kind):
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ed25519.Ed25519PrivateKey.generate()


def blob_of(key):
    text = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return base64.b64decode(text.split()[1])


def public_key(blob):
    kind = blob[4 : 4 + int.from_bytes(blob[:4], "big")]
    try:
        return load_ssh_public_key(kind + b" " + base64.b64encode(blob))
    except ValueError as problem:
        raise Refused(f"a key blob: {problem}") from None


def sha256(data):
    return hashlib.sha256(data).digest()


def fingerprint_of(blob, suite):
    return hashlib.sha1(blob).digest() if suite == CLASSIC else sha256(blob)


def fingerprint_bytes(text):
    return base64.b64decode(text.removeprefix("SHA256:") + "=")


def sign(key, message, suite):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if suite == CLASSIC:
        return key.sign(message, padding.PKCS1v15(), hashes.SHA1())
    return key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def verify(blob, signature, message, suite):
    key = public_key(blob)
    try:
        if isinstance(key, ed25519.Ed25519PublicKey) and suite != CLASSIC:
            key.verify(signature, message)
        elif isinstance(key, rsa.RSAPublicKey) and suite == CLASSIC:
            key.verify(signature, message, padding.PKCS1v15(), hashes.SHA1())
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        else:
            raise Refused("a key that does not suit the suite")
    except InvalidSignature:
        raise Refused("a signature does not match") from None


def nonce_size(suite):
    return 128 if suite == CLASSIC else 32


def value_size(suite):
    return 256 if suite == CLASSIC else 32


class Secret:
    """One side of a Diffie-Hellman exchange, with its nonce."""

    def __init__(self, suite):
        self.suite, self.nonce = suite, os.urandom(nonce_size(suite))
        if suite == CLASSIC:
            self.secret = int.from_bytes(os.urandom(64), "big")
            self.value = pow(2, self.secret, PRIME).to_bytes(256, "big")
        else:
            self.secret = x25519.X25519PrivateKey.generate()
            self.value = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def agree(self, value):
        if self.suite == CLASSIC:
            number = int.from_bytes(value, "big")
            if not 2 <= number <= PRIME - 2:
                raise Refused("a DH value")
            return pow(number, self.secret, PRIME).to_bytes(256, "big")
        try:
            return self.secret.exchange(x25519.X25519PublicKey.from_public_bytes(value))
        except ValueError:
            raise Refused("a DH value") from None


def low_order(suite):
    return (1).to_bytes(value_size(suite), "big" if suite == CLASSIC else "little")


class Classic:
    """AES-256-CBC and HMAC-SHA1-96."""

    def __init__(self, key, mac_key):
        self.key, self.mac_key = key, mac_key

    def mac(self, data):
        return hmac.digest(self.mac_key, data, "sha1")[:12]

    def seal(self, header, plain):
        padder, iv = block_padding.PKCS7(128).padder(), os.urandom(16)
        cipher = Cipher(algorithms.AES(self.key), modes.CBC(iv)).encryptor()
        body = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize() + iv
        return body + self.mac(header + body)

    def open(self, header, payload):
        body, mac = payload[:-12], payload[-12:]
        if len(body) < 32 or len(body) % 16 or not hmac.compare_digest(mac, self.mac(header + body)):
            raise Refused("not authentic")
        cipher = Cipher(algorithms.AES(self.key), modes.CBC(body[-16:])).decryptor()
        plain = cipher.update(body[:-16]) + cipher.finalize()
        unpadder = block_padding.PKCS7(128).unpadder()
        try:
            return unpadder.update(plain) + unpadder.finalize()
        except ValueError:
            raise Refused("padding") from None


class Modern:
    """AES-256-GCM or ChaCha20-Poly1305; plain: the message is not encrypted, but authenticated behind the header."""

    def __init__(self, suite, key, iv, plain):
        self.cipher, self.iv, self.plain = (AESGCM if suite == AES else ChaCha20Poly1305)(key), iv, plain

    def nonce(self, header):
        return bytes(a ^ b for a, b in zip(self.iv, bytes(8) + header[4:8]))

    def seal(self, header, plain):
        if self.plain:
            return plain + self.cipher.encrypt(self.nonce(header), b"", header + plain)
        return self.cipher.encrypt(self.nonce(header), plain, header)

    def open(self, header, payload):
        try:
            if self.plain:
                self.cipher.decrypt(self.nonce(header), payload[-16:], header + payload[:-16])
                return payload[:-16]
            return self.cipher.decrypt(self.nonce(header), payload, header)
        except (InvalidTag, ValueError):
            raise Refused("not authentic") from None


def make_keys(suite, shared, nonces, info, plain=False):
    """What seals to the server or responder, and what seals to the node or initiator."""
    if suite == CLASSIC:
        block = stream = hmac.digest(shared, nonces + u8(1), "sha1")
        for number in (2, 3):
            block = hmac.digest(shared, block + nonces + u8(number), "sha1")
            stream += block
        both = Classic(stream[:32], stream[32:52])
        return both, both
    root, stream, block = hmac.digest(nonces, shared, "sha256"), b"", b""
    for number in (1, 2, 3):
        block = hmac.digest(root, block + info + u8(number), "sha256")
        stream += block
    return Modern(suite, stream[:32], stream[64:76], plain), Modern(suite, stream[32:64], stream[76:88], plain)
