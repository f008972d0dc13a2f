r"""Bytes as letters that may stand anywhere in a page: base 85, five letters for every four bytes.

Base64 makes four letters of three bytes, a third more; these letters are a quarter more. They are the printable ASCII
characters without space and without ``" $ & ' < > \ ` {``: nothing in them can end an element, a string or a comment,
or be taken for a template. The page reads them in ``page/loader.js``.
"""

from __future__ import annotations

import numpy as np

LETTERS = "".join(chr(code) for code in range(33, 127) if chr(code) not in "\"$&'<>\\`{")
_DIGITS = np.frombuffer(LETTERS.encode("ascii"), dtype=np.uint8)
_POWERS = 85 ** np.arange(4, -1, -1, dtype=np.int64)


def to_letters(data: bytes) -> str:
    """Return bytes as letters, the highest first; of the last 1 to 3 bytes come as many letters and one more.

    Examples
    --------
    >>> to_letters(b"town"), len(to_letters(bytes(9)))
    ('LJtGF', 12)
    """
    short = -len(data) % 4
    words = np.frombuffer(data + bytes(short), dtype=">u4").astype(np.int64)
    letters: str = _DIGITS[words[:, None] // _POWERS % 85].tobytes().decode("ascii")
    return letters[: len(letters) - short]


def from_letters(text: str) -> bytes:
    """Return the bytes that :func:`to_letters` wrote.

    Raises
    ------
    ValueError
        The text holds another character, or a row of letters that stands for no bytes.

    Examples
    --------
    >>> from_letters(to_letters(b"one town"))
    b'one town'
    """
    value = np.full(256, -1, dtype=np.int64)
    value[_DIGITS] = np.arange(85)
    short = -len(text) % 5
    try:
        digits = value[np.frombuffer(text.encode("ascii"), dtype=np.uint8)]
    except UnicodeEncodeError as error:
        raise ValueError("letters: a character that is not ASCII") from error
    words = np.append(digits, np.full(short, 84)).reshape(-1, 5) @ _POWERS
    if (digits < 0).any() or (words > 0xFFFFFFFF).any() or short == 4:
        raise ValueError("letters: these are no packed bytes")
    data = words.astype(">u4").tobytes()
    return data[: len(data) - short]
