"""Lies told with the QR code alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from certify.signing.roles import Role
from certify.token.text import TokenText, write_text
from golden.forgery.honest import Making, make
from golden.forgery.keys import Pretender, other_form, signer
from golden.forgery.lies import OTHER, Book
from golden.forgery.pictures import png

BOOK = Book(".txt", "good/token.txt")
lie = BOOK.lie


def _code() -> TokenText:
    return make(Making()).code


def _again(token: bytes) -> bytes:
    """A token's bytes as text, whatever they are."""
    digits = int.from_bytes(b"\x01" + token, "big")
    return f"{_code().url}#{digits}".encode()


@lie("token-serial-edited", "token-signature signature-wrong")
def _serial() -> bytes:
    return _again(_code().token.replace(b"TST0000001", b"TST0000002"))


@lie("token-bit-flipped-in-the-signature", "token-signature signature-wrong")
def _flipped() -> bytes:
    token = bytearray(_code().token)
    token[-1] ^= 1
    return _again(bytes(token))


@lie("token-signature-in-its-other-form", "token-signature signature-wrong")
def _other_form() -> bytes:
    token = _code().token
    r, s = decode_dss_signature(other_form(encode_dss_signature(int.from_bytes(token[-64:-32], "big"), int.from_bytes(token[-32:], "big"))))
    return _again(token[:-64] + r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@lie("token-with-words-far-behind", "form unknown-form", verdict="unreadable")
def _words_behind() -> bytes:
    return str(_code()).encode().ljust(4096, b"\n") + b"Purge\n"


@lie("token-digits-appended", "token-signature broken-form token.text-malformed")
def _digits() -> bytes:
    return str(_code()).encode() + b"00"


@lie("token-bytes-appended", "token-signature broken-form token.token-malformed")
def _bytes() -> bytes:
    return _again(_code().token + b"\0")


@lie("token-too-long", "token-signature broken-form token.text-malformed")
def _long() -> bytes:
    return f"{_code().url}#{'9' * 1000}".encode()


@lie("token-of-a-foreign-contractor", "token-signature signer-not-trusted")
def _foreign() -> bytes:
    return str(make(Making(contractor=signer("foreign-contractor"))).code).encode()


@lie("token-signed-by-the-station", "token-signer signer-role-wrong", actor="station")
def _by_station() -> bytes:
    return str(make(Making(contractor=Pretender(signer("station"), Role.CONTRACTOR))).code).encode()


@lie("token-with-a-kid-of-another", "token-signature signature-wrong")
def _kid() -> bytes:
    token = _code().token
    own, other = (bytes.fromhex(signer(name).keyid)[:8] for name in ("contractor", "revoked-contractor"))
    return _again(token.replace(own, other))


@lie("token-of-a-revoked-key", "token-signer signer-revoked", actor="contractor")
def _revoked() -> bytes:
    return str(make(Making(contractor=signer("revoked-contractor"))).code).encode()


@lie("token-that-leads-elsewhere", "token-facts link-elsewhere")
def _elsewhere() -> bytes:
    return str(replace(_code(), url="https://haiki.example.net/v")).encode()


@lie("code-two-in-one-picture", "form several-codes", verdict="cannot-tell", twin="good/code.png", ending=".png")
def _two() -> bytes:
    return png([_code(), make(Making(job=OTHER)).code])


@lie("code-beside-an-address", "form several-codes", verdict="cannot-tell", twin="good/code.png", ending=".png")
def _beside_an_address() -> bytes:
    """A telephone opens it as well, whatever its letters and its length."""
    return png([_code(), TokenText("HTTP://HAIKI.EXAMPLE.NET/V", "1" * 1001)])


@lie("code-picture-cut-short", "form no-code-in-picture", verdict="unreadable", twin="good/code.png", ending=".png")
def _cut() -> bytes:
    return png([_code()])[:2000]


@lie("code-serial-edited", "token-signature signature-wrong", twin="good/code.png", ending=".png")
def _picture() -> bytes:
    return png([write_text(_code().url, _code().token.replace(b"TST0000001", b"TST0000002"))])


def _signed(**changes: Any) -> bytes:
    """A contractor that signs a token which its statement does not bear out, and shows the code alone."""
    return str(make(Making(token=lambda token: replace(token, **changes))).code).encode()


@lie("token-in-the-name-of-another", "token-facts contractor-name-differs", actor="contractor")
def _another_name() -> bytes:
    return _signed(issuer="総務省")


@lie("token-of-another-agency", "token-facts token-differs agency", actor="contractor")
def _another_agency() -> bytes:
    return _signed(agency="131016")


@lie("token-that-claims-purge", "token-facts contradiction claim-above-technique", actor="contractor")
def _purge() -> bytes:
    return _signed(method="purge")


@lie("token-that-claims-although-not-erased", "token-facts contradiction claim-without-success", actor="contractor")
def _not_erased() -> bytes:
    return _signed(result="not-erased")


@lie("token-of-a-virtual-drive-without-test", "token-facts contradiction virtual-drive-without-test-mark", actor="contractor")
def _virtual() -> bytes:
    return _signed(serial="VIRT-0123456789ABCDEF")
