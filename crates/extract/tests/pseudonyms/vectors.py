"""Pseudonyms computed from docs/reference/pseudonyms.md alone, with the cryptography package instead of our program.

    python3 vectors.py > vectors.tsv

A line has the share's key in hexadecimal, the identifier in UTF-8 in hexadecimal, and its pseudonym.
"""

import base64

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def derived(key, label, length):
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=label.encode()).derive(key)


def packed(identifier):
    raw = identifier.encode()
    if len(identifier) <= 16 and all(character in CHARACTERS for character in identifier):
        digits = [CHARACTERS.index(character) + 1 for character in identifier]
        number = 0
        for digit in digits + [0] * (16 - len(digits)):
            number = number * 37 + digit
        return bytes([len(identifier)]) + number.to_bytes(11, "big") + bytes(4)
    if len(raw) <= 11:
        return bytes([0x80 | len(raw)]) + raw.ljust(11, b"\0") + bytes(4)
    return None


def letters(raw):
    return base64.b32encode(raw).decode().lower().rstrip("=")


def pseudonym(key, identifier):
    block = packed(identifier)
    if block is None:
        sealed = AESSIV(derived(key, "rollcall/pseudonym/v1/siv", 64)).encrypt(identifier.encode(), None)
        return "x" + letters(sealed)
    cipher = Cipher(algorithms.AES(derived(key, "rollcall/pseudonym/v1/block", 32)), modes.ECB()).encryptor()
    return letters(cipher.update(block) + cipher.finalize())


KEYS = [bytes(32), bytes(range(32)), bytes([0xFF] * 32)]
IDENTIFIERS = [
    "A",
    "9",
    "A123456789012",
    "ZZZZ999999999999",
    "ZZZZ9999999999999",
    "a123456789",
    "a1234567890",
    "a12345678901",
    "4857773456",
    "485 777 3456",
    "1000002",
    "Zoë",
    "\U0001F393\U0001F393",
    "\0",
    "O'Neill",
    "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
    "ученик номер один",
]

for key in KEYS:
    for identifier in IDENTIFIERS:
        print(key.hex(), identifier.encode().hex(), pseudonym(key, identifier), sep="\t")
